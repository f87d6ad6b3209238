-- What goes out of each bucket: what the set takes now, less what it had taken before.
SELECT bucket_id, sum(quantity)::bigint AS quantity
FROM (
    SELECT unnest(buckets) AS bucket_id, unnest(quantities) AS quantity FROM rating_taken
    UNION ALL
    SELECT bucket_id, -quantity FROM rating_back
) AS moves
GROUP BY bucket_id HAVING sum(quantity) <> 0
