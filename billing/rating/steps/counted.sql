-- What tiered prices count: of each use what is not free, rounded up.
SELECT used.n, used.subscriber_id, used.price_id, used.cycle_id, used.started_at, used.tie,
       billing_rounded(used.quantity - coalesce(taken.free_quantity, 0), price.step) AS quantity
FROM rating_placed AS used
JOIN rating_price AS price ON price.id = used.price_id AND cardinality(price.above) > 1
LEFT JOIN rating_taken AS taken ON taken.n = used.n
WHERE used.cycle_id IS NOT NULL AND used.quantity > coalesce(taken.free_quantity, 0)
