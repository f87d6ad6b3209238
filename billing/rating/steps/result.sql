-- What each use costs. A use that no price fits is rated only when all of it was free.
SELECT used.n, used.usage_id, used.kind, used.was_rated, used.subscriber_id, used.started_at,
       used.cycle_id, used.charge_cycle_id, used.subscription_id, price.tariff_id,
       coalesce(price.charge_group, used.usage) AS charge_group, price.currency,
       CASE WHEN used.kind = 'undone' THEN 0 ELSE used.quantity END AS quantity,
       rest.free_quantity, taken.buckets, taken.quantities,
       CASE WHEN rest.charged_quantity > 0 THEN price.price_no END AS price_no,
       rest.charged_quantity,
       CASE WHEN rest.charged_quantity > 0 THEN tier.tier_from END AS tier_from,
       cost.price,
       CASE WHEN price.provider_share IS NOT NULL
            THEN round(cost.price * price.provider_share / 100, 6) END AS provider_price,
       CASE WHEN used.cycle_id IS NULL THEN 'no_payer'
            WHEN used.kind = 'counts' AND used.quantity > rest.free_quantity
                 AND price.id IS NULL AND used.usage <> 'one_off' THEN 'no_tariff'
       END AS unrated
FROM rating_placed AS used
LEFT JOIN rating_price AS price ON price.id = used.price_id
LEFT JOIN rating_taken AS taken ON taken.n = used.n
LEFT JOIN rating_tier AS tier ON tier.n = used.n
CROSS JOIN LATERAL (
    SELECT coalesce(taken.free_quantity, 0) AS free_quantity,
           coalesce(billing_rounded(used.quantity - coalesce(taken.free_quantity, 0), price.step),
                    0) AS charged_quantity
) AS rest
CROSS JOIN LATERAL (
    SELECT CASE
        WHEN used.usage = 'one_off'
            THEN CASE WHEN used.kind = 'counts' AND used.quantity > 0
                      THEN coalesce(used.amount, 0) ELSE 0 END
        WHEN rest.charged_quantity = 0 THEN 0
        WHEN tier.tier_from IS NULL
            THEN greatest(price.minimum, billing_part(
                rest.charged_quantity, price.amounts[1], price.pers[1]))
        ELSE greatest(price.minimum, billing_tiered(
            tier.tier_from, rest.charged_quantity, price.above, price.amounts, price.pers))
        END AS price
) AS cost
