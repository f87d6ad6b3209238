-- What was rated, or waits for a tariff, that began since then: it is reckoned again. Prices that
-- were paid at once stay.
WITH touched AS (
    SELECT since.stream, since.usage, since.earliest, since.stream AS subscriber_id
    FROM rating_since AS since WHERE since.stream > 0
    UNION ALL
    SELECT since.stream, since.usage, since.earliest, grouped.subscriber_id
    FROM rating_since AS since
    JOIN rating_grouped AS grouped ON grouped.stream = since.stream
)
INSERT INTO rating_set
SELECT used.id, used.id,
       CASE WHEN EXISTS (SELECT FROM billing_usagerecord AS newer
                         WHERE newer.key = used.key AND newer.revision > used.revision
                           AND newer.revision > 0)
            THEN 'undone' ELSE 'counts' END,
       used.subscriber_id, later.stream, used.usage, used.started_at, used.key, used.quantity,
       used.zone, used.roaming, used.amount, true
FROM (
    SELECT event.usage_id, touched.stream, touched.usage
    FROM touched
    JOIN billing_ratedevent AS event
      ON event.subscriber_id = touched.subscriber_id AND event.started_at >= touched.earliest
     AND event.revision = 0
    UNION
    SELECT waiting.usage_id, touched.stream, touched.usage
    FROM billing_quarantinedrecord AS waiting
    JOIN billing_usagerecord AS used ON used.id = waiting.usage_id
    JOIN touched ON touched.subscriber_id = used.subscriber_id AND touched.usage = used.usage
     AND used.started_at >= touched.earliest
    WHERE waiting.state = 'open'
) AS later
JOIN billing_usagerecord AS used ON used.id = later.usage_id AND used.usage = later.usage
JOIN billing_usagebatch AS batch ON batch.id = used.batch_id AND batch.source <> 'prepaid'
WHERE NOT EXISTS (SELECT FROM rating_set AS came WHERE came.n = used.id)
