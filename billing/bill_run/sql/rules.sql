-- Minimum, cap and discount that hold in the cycle, in the order in which they are reckoned for a
-- subscriber and payer: minimums, caps, then discounts by their order; among equals the older
-- subscription first. Where the payer changed, the amounts are divided by days.
CREATE TEMP TABLE rule ON COMMIT DROP AS
SELECT h.payer_id, h.subscriber_id, h.subscription_id, h.tariff_id, t.charge, t.charge_group,
       t.of_groups, t.percent, h.starts_on, h.ends_on, d.days, h.ends_on - h.starts_on AS of_days,
       CASE WHEN t.charge = 'minimum'
            THEN round(t.amount * d.days / (h.ends_on - h.starts_on), 6)
            ELSE round(t.amount * d.days / d.held_days, 6) END AS amount,
       row_number() OVER (PARTITION BY h.payer_id, h.subscriber_id ORDER BY
           CASE t.charge WHEN 'minimum' THEN 0 WHEN 'cap' THEN 1 ELSE 2 END, t.place NULLS FIRST,
           h.subscription_id, h.tariff_id, h.pays_from) AS step
FROM holding h
JOIN price t USING (tariff_id)
CROSS JOIN LATERAL (
    SELECT least(h.until_on, h.pays_until, h.ends_on)
           - greatest(h.from_on, h.pays_from, h.starts_on) AS days,
           least(h.until_on, h.ends_on) - greatest(h.from_on, h.starts_on) AS held_days) AS d
CROSS JOIN LATERAL (SELECT h.from_on - shift AS f, h.starts_on - shift AS u
                    FROM (SELECT extract(day FROM h.starts_on)::int - 1 AS shift) AS s) AS m
WHERE h.charge IN ('minimum', 'cap', 'discount') AND d.days > 0
  AND (t.cycles IS NULL OR t.cycles > (extract(year FROM m.u) - extract(year FROM m.f)) * 12
                                      + extract(month FROM m.u) - extract(month FROM m.f));
ANALYZE rule;
