-- Where each use begins in the count of a tiered price: a subscriber's, of one cycle.
SELECT counted.n,
       coalesce(base.quantity, 0) + coalesce(sum(counted.quantity) OVER (
           PARTITION BY counted.subscriber_id, counted.price_id, counted.cycle_id
           ORDER BY counted.started_at, counted.tie, counted.n
           ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)::bigint AS tier_from
FROM rating_counted AS counted
LEFT JOIN rating_base AS base
       ON base.subscriber_id = counted.subscriber_id AND base.price_id = counted.price_id
      AND base.cycle_id = counted.cycle_id
