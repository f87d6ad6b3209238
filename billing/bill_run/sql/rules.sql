-- Minimum, cap and discount that hold in the cycle, in the order in which they are reckoned for a
-- subscriber and payer: minimums, caps, then discounts by their order; among equals the older
-- subscription first. Where the payer changed, the amounts are divided by days. What an earlier bill
-- charged bore the percentages of the cycle before, so a correction of it bears those again.
CREATE TEMP TABLE rule ON COMMIT DROP AS
SELECT h.payer_id, h.subscriber_id, h.subscription_id, h.tariff_id, t.charge, t.charge_group,
       t.of_groups, t.percent, h.starts_on, h.ends_on, d.days, h.ends_on - h.starts_on AS of_days,
       held.now, held.before,
       CASE WHEN t.charge = 'minimum'
            THEN round(t.amount * d.days / (h.ends_on - h.starts_on), 6)
            ELSE round(t.amount * d.days / nullif(d.held_days, 0), 6) END AS amount,
       row_number() OVER (PARTITION BY h.payer_id, h.subscriber_id ORDER BY
           CASE t.charge WHEN 'minimum' THEN 0 WHEN 'cap' THEN 1 ELSE 2 END, t.place NULLS FIRST,
           h.subscription_id, h.tariff_id, h.pays_from) AS step
FROM holding h
JOIN price t USING (tariff_id)
CROSS JOIN LATERAL (
    SELECT least(h.until_on, h.pays_until, h.ends_on)
           - greatest(h.from_on, h.pays_from, h.starts_on) AS days,
           least(h.until_on, h.ends_on) - greatest(h.from_on, h.starts_on) AS held_days,
           least(h.until_on, h.pays_until, h.starts_on)
           - greatest(h.from_on, h.pays_from, h.before_on) AS days_before) AS d
CROSS JOIN LATERAL (SELECT h.from_on - shift AS f, h.starts_on - shift AS u
                    FROM (SELECT extract(day FROM h.starts_on)::int - 1 AS shift) AS s) AS m
CROSS JOIN LATERAL (SELECT (extract(year FROM m.u) - extract(year FROM m.f)) * 12
                    + extract(month FROM m.u) - extract(month FROM m.f) AS cycles) AS gone
CROSS JOIN LATERAL (
    SELECT d.days > 0 AND (t.cycles IS NULL OR t.cycles > gone.cycles) AS now,
           t.percent IS NOT NULL AND d.days_before > 0
           AND (t.cycles IS NULL OR t.cycles >= gone.cycles) AS before) AS held
WHERE h.charge IN ('minimum', 'cap', 'discount') AND (held.now OR held.before);
ANALYZE rule;
