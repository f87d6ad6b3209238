-- Each use with each bucket that fits it.
SELECT used.stream, used.started_at, used.tie, used.n, used.quantity,
       used.price_id IS NULL AS all_or_nothing, reach.slot, reach.bucket_id, reach.rest,
       reach.sure
FROM rating_placed AS used
JOIN rating_reach AS reach
  ON reach.subscriber_id = used.subscriber_id AND reach.usage = used.usage
 AND reach.zone = used.zone AND reach.roaming = used.roaming
 AND used.started_at >= reach.valid_from AND used.started_at < reach.valid_to
 AND billing_in_band(
     mod(used.minute, 1440), used.minute / 1440, reach.opens, reach.closes, reach.days)
WHERE used.kind = 'counts' AND used.quantity > 0 AND used.cycle_id IS NOT NULL
