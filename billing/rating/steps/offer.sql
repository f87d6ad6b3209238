-- Each use with each bucket that fits it.
SELECT used.stream, used.started_at, used.tie, used.n, used.quantity,
       used.price_id IS NULL AS all_or_nothing, bucket.slot, bucket.id AS bucket_id, bucket.rest
FROM rating_placed AS used
JOIN rating_reach AS reach
  ON reach.subscriber_id = used.subscriber_id
 AND used.started_at >= reach.valid_from AND used.started_at < reach.valid_to
JOIN rating_bucket AS bucket
  ON bucket.subscription_id = reach.subscription_id AND bucket.usage = used.usage
 AND bucket.stream = used.stream
 AND used.started_at >= bucket.valid_from AND used.started_at < bucket.valid_to
 AND bucket.zone = used.zone AND bucket.roaming = used.roaming
 AND billing_in_band(
     mod(used.minute, 1440), used.minute / 1440, bucket.opens, bucket.closes, bucket.days)
 AND (bucket.shared OR NOT reach.shared)
WHERE used.kind = 'counts' AND used.quantity > 0 AND bucket.rest > 0
  AND used.cycle_id IS NOT NULL
