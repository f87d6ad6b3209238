-- What each use costs. A use that no price fits is rated only when all of it was free.
SELECT counted.n, counted.usage_id, counted.kind, counted.subscriber_id, counted.started_at,
       counted.cycle_id, counted.charge_cycle_id, counted.subscription_id, counted.tariff_id,
       coalesce(counted.charge_group, counted.usage) AS charge_group, counted.currency,
       CASE WHEN counted.kind = 'undone' THEN 0 ELSE counted.quantity END AS quantity,
       counted.free_quantity, counted.buckets, counted.quantities,
       CASE WHEN counted.charged_quantity > 0 THEN counted.price_no END AS price_no,
       counted.charged_quantity,
       CASE WHEN counted.charged_quantity > 0 THEN counted.tier_from END AS tier_from,
       cost.price,
       CASE WHEN counted.provider_share IS NOT NULL
            THEN round(cost.price * counted.provider_share / 100, 6) END AS provider_price,
       CASE WHEN counted.cycle_id IS NULL THEN 'no_payer'
            WHEN counted.kind <> 'undone' AND counted.quantity > counted.free_quantity
                 AND NOT counted.priced AND counted.usage <> 'one_off' THEN 'no_tariff'
       END AS unrated
FROM rating_counted AS counted
CROSS JOIN LATERAL (
    SELECT CASE
        WHEN counted.kind = 'undone' THEN 0
        WHEN counted.usage = 'one_off'
            THEN CASE WHEN counted.quantity > 0 THEN coalesce(counted.amount, 0) ELSE 0 END
        WHEN counted.charged_quantity = 0 THEN 0
        ELSE greatest(counted.minimum, CASE
            WHEN counted.tier_from IS NULL
                THEN billing_part(counted.charged_quantity, counted.amounts[1], counted.pers[1])
            ELSE billing_tiered(counted.tier_from, counted.charged_quantity,
                                counted.above, counted.amounts, counted.pers) END)
        END AS price
) AS cost
