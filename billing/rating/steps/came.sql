-- The records of a batch, and with those that correct others the ones they correct, wherever in
-- the part of the streams that is worked on now. Of the records of one key the last revision
-- counts, the others are undone.
SELECT found.id AS n, found.id AS usage_id,
       CASE WHEN EXISTS (SELECT FROM billing_usagerecord AS later
                         WHERE later.key = found.key AND later.revision > found.revision
                           AND later.revision > 0)
            THEN 'undone' ELSE 'counts' END AS kind,
       found.subscriber_id, coalesce(grouped.stream, found.subscriber_id) AS stream, found.usage,
       found.started_at, found.key AS tie, found.quantity, found.zone, found.roaming,
       found.amount, found.corrected OR %(again)s AS was_rated
FROM (
    SELECT record.*, false AS corrected FROM ({records}) AS record
    UNION ALL
    SELECT DISTINCT ON (earlier.id) earlier.*, true
    FROM ({records}) AS record
    JOIN billing_usagerecord AS earlier
      ON earlier.key = record.key AND earlier.revision < record.revision
    WHERE record.revision > 0 AND earlier.batch_id <> %(batch)s
      AND (EXISTS (SELECT FROM billing_ratedevent AS event WHERE event.usage_id = earlier.id)
           OR EXISTS (SELECT FROM billing_quarantinedrecord AS waiting
                      WHERE waiting.usage_id = earlier.id AND waiting.state = 'open'))
) AS found
LEFT JOIN rating_grouped AS grouped ON grouped.subscriber_id = found.subscriber_id
WHERE found.subscriber_id IN (
          SELECT subscriber_id FROM rating_grouped
          WHERE mod(mod(abs(stream), %(lanes)s), %(parts)s) = %(part)s)
   OR mod(mod(found.subscriber_id, %(lanes)s), %(parts)s) = %(part)s
      AND found.subscriber_id NOT IN (SELECT subscriber_id FROM rating_grouped)
