-- All that is reckoned together. Of the records of one key the last revision counts, the others
-- are undone; one that was never rated and is undone costs nothing.
SELECT found.id AS n, found.id AS usage_id,
       CASE WHEN EXISTS (SELECT FROM billing_usagerecord AS later
                         WHERE later.key = found.key AND later.revision > found.revision
                           AND later.revision > 0)
            THEN 'undone' ELSE 'counts' END AS kind,
       found.subscriber_id, found.stream, found.usage, found.started_at, found.key AS tie,
       found.quantity, found.zone, found.roaming, found.amount, found.was_rated
FROM (
    SELECT id, key, revision, usage, subscriber_id, stream, started_at, quantity, zone, roaming,
           amount, corrected OR %(again)s AS was_rated
    FROM rating_came
    UNION ALL
    SELECT id, key, revision, usage, subscriber_id, stream, started_at, quantity, zone, roaming,
           amount, true
    FROM rating_late
) AS found
WHERE NOT (found.was_rated AND NOT %(again)s)
   OR EXISTS (SELECT FROM billing_ratedevent AS event WHERE event.usage_id = found.id)
   OR EXISTS (SELECT FROM billing_quarantinedrecord AS waiting
              WHERE waiting.usage_id = found.id AND waiting.state = 'open')
