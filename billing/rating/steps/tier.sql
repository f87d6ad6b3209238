-- Where each use begins in the count of a tiered price: a subscriber's, of one cycle.
SELECT used.n,
       coalesce(base.quantity, 0) + coalesce(sum(
           billing_rounded(used.quantity - coalesce(taken.free_quantity, 0), price.step)
       ) OVER (
           PARTITION BY used.subscriber_id, used.price_id, used.cycle_id
           ORDER BY used.started_at, used.tie, used.n
           ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)::bigint AS tier_from
FROM rating_placed AS used
JOIN rating_price AS price ON price.id = used.price_id AND cardinality(price.above) > 1
LEFT JOIN rating_taken AS taken ON taken.n = used.n
LEFT JOIN rating_base AS base
       ON base.subscriber_id = used.subscriber_id AND base.price_id = used.price_id
      AND base.cycle_id = used.cycle_id
WHERE used.cycle_id IS NOT NULL
