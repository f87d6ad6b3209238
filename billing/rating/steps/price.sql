-- The prices of those tariffs, one row each. ``above``, ``amounts`` and ``pers`` hold the price
-- itself first, then its tiers. Older rules write roaming as a zone of its own.
SELECT row_number() OVER ()::int AS id, tariff.id AS tariff_id, tariff.charge_group, tariff.currency,
       tariff.rules ->> 'usage' AS usage, (item.position - 1)::smallint AS price_no,
       place.zone, place.roaming, band.opens, band.closes, band.days,
       (item.rule ->> 'step')::bigint AS step, (item.rule ->> 'minimum')::numeric AS minimum,
       (item.rule ->> 'provider_share')::numeric AS provider_share,
       ARRAY[0] || coalesce(tier.above, '{}') AS above,
       ARRAY[(item.rule ->> 'price')::numeric] || tier.amounts AS amounts,
       ARRAY[(item.rule ->> 'per')::bigint] || tier.pers AS pers
FROM billing_billingtariff AS tariff
CROSS JOIN LATERAL jsonb_array_elements(tariff.rules -> 'prices')
           WITH ORDINALITY AS item (rule, position)
CROSS JOIN LATERAL billing_place_of(item.rule) AS place
CROSS JOIN LATERAL billing_band_of(item.rule -> 'band') AS band
CROSS JOIN LATERAL (
    SELECT array_agg((rule ->> 'above')::bigint ORDER BY position) AS above,
           array_agg((rule ->> 'price')::numeric ORDER BY position) AS amounts,
           array_agg((rule ->> 'per')::bigint ORDER BY position) AS pers
    FROM jsonb_array_elements(item.rule -> 'tiers') WITH ORDINALITY AS one (rule, position)
) AS tier
WHERE tariff.kind = 'rating' AND tariff.id IN (SELECT tariff_id FROM rating_sold)
