-- What goes out of each bucket: what the set takes now, less what it had taken before.
SELECT bucket_id, sum(quantity)::bigint AS quantity
FROM (
    SELECT took.bucket_id, took.quantity
    FROM rating_taken AS taken
    CROSS JOIN LATERAL unnest(taken.buckets, taken.quantities) AS took (bucket_id, quantity)
    UNION ALL
    SELECT bucket_id, -quantity FROM rating_back
) AS moves
GROUP BY bucket_id HAVING sum(quantity) <> 0
