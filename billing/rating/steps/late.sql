-- What was rated, or waits for a tariff, that began since then: it is reckoned again. Prices that
-- were paid at once stay. A few are looked for among very many: each subscriber's by itself.
WITH touched AS (
    SELECT since.stream, since.earliest, coalesce(grouped.subscriber_id, since.stream) AS subscriber_id
    FROM (SELECT stream, min(earliest) AS earliest FROM rating_since GROUP BY stream) AS since
    LEFT JOIN rating_grouped AS grouped ON grouped.stream = since.stream
), later AS (
    SELECT touched.stream, event.usage_id
    FROM touched
    CROSS JOIN LATERAL (
        SELECT event.usage_id FROM billing_ratedevent AS event
        WHERE event.subscriber_id = touched.subscriber_id
          AND event.started_at >= touched.earliest AND event.revision = 0
        OFFSET 0
    ) AS event
    UNION
    SELECT touched.stream, used.id
    FROM billing_quarantinedrecord AS waiting
    JOIN billing_usagerecord AS used ON used.id = waiting.usage_id
    JOIN touched ON touched.subscriber_id = used.subscriber_id
    WHERE waiting.state = 'open'
)
INSERT INTO rating_set
SELECT used.id, used.id,
       CASE WHEN EXISTS (SELECT FROM billing_usagerecord AS newer
                         WHERE newer.key = used.key AND newer.revision > used.revision
                           AND newer.revision > 0)
            THEN 'undone' ELSE 'counts' END,
       used.subscriber_id, later.stream, used.usage, used.started_at, used.key, used.quantity,
       used.zone, used.roaming, used.amount, true
FROM later
CROSS JOIN LATERAL (
    SELECT * FROM billing_usagerecord AS used WHERE used.id = later.usage_id OFFSET 0
) AS used
JOIN rating_since AS since
  ON since.stream = later.stream AND since.usage = used.usage
 AND used.started_at >= since.earliest
JOIN billing_usagebatch AS batch ON batch.id = used.batch_id AND batch.source <> 'prepaid'
WHERE NOT EXISTS (SELECT FROM rating_set AS came WHERE came.n = used.id)
