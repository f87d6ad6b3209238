-- What is left to charge, rounded up, and where it begins in the count of a tiered price.
WITH rounded AS (
    SELECT used.*, fit.subscription_id, fit.tariff_id, fit.price_no, fit.charge_group,
           fit.currency, fit.minimum, fit.provider_share, fit.above, fit.amounts, fit.pers,
           coalesce(taken.free_quantity, 0) AS free_quantity, taken.buckets, taken.quantities,
           coalesce((used.quantity - coalesce(taken.free_quantity, 0) + fit.step - 1)
                    / fit.step * fit.step, 0) AS charged_quantity,
           fit.n IS NOT NULL AS priced
    FROM rating_placed AS used
    LEFT JOIN rating_fit AS fit ON fit.n = used.n
    LEFT JOIN rating_taken AS taken ON taken.n = used.n
)
SELECT rounded.*, NULL::bigint AS tier_from
FROM rounded WHERE above IS NULL OR cardinality(above) = 1
UNION ALL
SELECT rounded.*,
       coalesce(base.quantity, 0) + coalesce(sum(rounded.charged_quantity) OVER (
           PARTITION BY rounded.subscriber_id, rounded.tariff_id, rounded.price_no,
                        rounded.cycle_id
           ORDER BY rounded.started_at, rounded.tie, rounded.n
           ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)::bigint
FROM rounded
LEFT JOIN rating_base AS base
       ON base.subscriber_id = rounded.subscriber_id AND base.tariff_id = rounded.tariff_id
      AND base.price_no = rounded.price_no AND base.cycle_id = rounded.cycle_id
WHERE cardinality(rounded.above) > 1
