-- A batch of usage holds as many records as it says.
SELECT 'batch ' || b.id || ' ' || b.name AS name, ARRAY[b.records] AS kept,
       ARRAY[coalesce(u.records, 0)] AS reckoned
FROM billing_usagebatch AS b
LEFT JOIN (
    SELECT batch_id, count(*) AS records FROM billing_usagerecord GROUP BY batch_id
) AS u ON u.batch_id = b.id
WHERE b.source IN ('file', 'mended') AND b.state IN ('loaded', 'rating', 'rated')
