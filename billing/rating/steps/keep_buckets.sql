-- What is used up of the buckets: what the set takes now, less what it took before.
UPDATE billing_allowancebucket AS bucket SET used = bucket.used + change.quantity
FROM (
    SELECT bucket_id, sum(quantity)::bigint AS quantity
    FROM (
        SELECT took.bucket_id, took.quantity
        FROM rating_result AS result
        CROSS JOIN LATERAL unnest(result.buckets, result.quantities) AS took (bucket_id, quantity)
        WHERE result.unrated IS NULL
        UNION ALL
        SELECT bucket_id, -quantity FROM rating_back
    ) AS moves GROUP BY bucket_id HAVING sum(quantity) <> 0
) AS change
WHERE bucket.id = change.bucket_id
