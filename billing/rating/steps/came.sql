-- The records of a batch, and with those that correct others the ones they correct, wherever in
-- the part of the streams that is worked on now.
SELECT used.id, used.key, used.revision, used.usage, used.subscriber_id, used.stream,
       used.started_at, used.quantity, used.zone, used.roaming, used.amount, used.corrected
FROM (
    SELECT found.*, coalesce(grouped.stream, found.subscriber_id) AS stream
    FROM (
        SELECT record.*, false AS corrected FROM ({records}) AS record
        UNION ALL
        SELECT DISTINCT ON (earlier.id) earlier.*, true
        FROM ({records}) AS record
        JOIN billing_usagerecord AS earlier
          ON earlier.key = record.key AND earlier.revision < record.revision
        WHERE record.revision > 0 AND earlier.batch_id <> %(batch)s
    ) AS found
    LEFT JOIN rating_grouped AS grouped ON grouped.subscriber_id = found.subscriber_id
) AS used
WHERE mod(mod(abs(used.stream), %(lanes)s), %(parts)s) = %(part)s
