-- What those tariffs give for nothing: allowances of each cycle, grants that come with a fee.
-- ``kept_cycles`` is for how many more cycles what is left is kept, ``once`` tells a grant of a
-- one-off fee. The more of zone, visited zone and band it names, the more ``specific`` it is.
SELECT given.tariff_id, given.item_no, given.usage, given.quantity, given.by_day,
       given.kept_cycles, given.shared, given.once, given.lasts_days,
       place.zone, place.roaming, band.opens, band.closes, band.days,
       (place.zone <> 'domestic')::int + (place.roaming <> '')::int
           + (band.opens IS NOT NULL)::int AS specific
FROM (
    SELECT tariff.id AS tariff_id, (item.position - 1)::smallint AS item_no, item.rule,
           tariff.rules ->> 'usage' AS usage, (item.rule ->> 'quantity')::bigint AS quantity,
           item.rule ->> 'first_cycle' = 'by_day' AS by_day,
           (item.rule ->> 'rolls_over_cycles')::int AS kept_cycles,
           (item.rule ->> 'shared')::boolean AS shared, false AS once, NULL::int AS lasts_days
    FROM billing_billingtariff AS tariff
    CROSS JOIN LATERAL jsonb_array_elements(tariff.rules -> 'allowances')
               WITH ORDINALITY AS item (rule, position)
    WHERE tariff.kind = 'rating' AND tariff.id IN (SELECT tariff_id FROM rating_sold)
    UNION ALL
    SELECT tariff.id, (99 + item.position)::smallint, item.rule, item.rule ->> 'usage',
           (item.rule ->> 'quantity')::bigint, false, 0, false,
           tariff.rules ->> 'charge' = 'one_off', (item.rule ->> 'lasts_days')::int
    FROM billing_billingtariff AS tariff
    CROSS JOIN LATERAL jsonb_array_elements(tariff.rules -> 'grants')
               WITH ORDINALITY AS item (rule, position)
    WHERE tariff.kind = 'accounting' AND tariff.id IN (SELECT tariff_id FROM rating_sold)
) AS given
CROSS JOIN LATERAL billing_place_of(given.rule) AS place
CROSS JOIN LATERAL billing_band_of(given.rule -> 'band') AS band
