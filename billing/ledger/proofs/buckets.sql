-- What is used up of an allowance is what the usage that stands took from it.
SELECT 'bucket ' || b.id || ' subscription ' || b.subscription_id AS name,
       ARRAY[b.used] AS kept, ARRAY[coalesce(took.quantity, 0)::bigint] AS reckoned
FROM billing_allowancebucket AS b
LEFT JOIN (
    SELECT part.bucket_id, sum(part.quantity) AS quantity
    FROM billing_ratedevent AS e
    CROSS JOIN LATERAL unnest(e.buckets, e.bucket_quantities) AS part (bucket_id, quantity)
    WHERE e.buckets IS NOT NULL AND NOT EXISTS (
        SELECT FROM billing_ratedevent AS later
        WHERE later.usage_id = e.usage_id AND later.revision = e.revision + 1)
    GROUP BY part.bucket_id
) AS took ON took.bucket_id = b.id
