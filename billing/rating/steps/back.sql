-- What the earlier ratings of the set took from buckets.
SELECT took.bucket_id, sum(took.quantity)::bigint AS quantity
FROM rating_old AS old
CROSS JOIN LATERAL unnest(old.buckets, old.bucket_quantities) AS took (bucket_id, quantity)
GROUP BY took.bucket_id
