-- Minimum, cap and discount that hold in the cycle, in the order in which they are reckoned for a
-- subscriber and payer: minimums, caps, then discounts by their order; among equals the older
-- subscription first. Where the payer changed, the amounts are divided by days. Percentages also of
-- the cycle before, which a correction bore when it was charged, and of the next one, which what is
-- charged in advance bears; a percentage is whoever's who pays in a cycle in which it is had.
CREATE TEMP TABLE rule ON COMMIT DROP AS
SELECT r.payer_id, r.subscriber_id, r.subscription_id, r.tariff_id, t.charge, t.charge_group,
       t.of_groups, t.percent, r.starts_on, r.ends_on, r.next_on, r.now, r.before, r.next,
       CASE WHEN t.charge = 'minimum'
            THEN round(t.amount * r.days / (r.ends_on - r.starts_on), 6)
            ELSE round(t.amount * r.days / nullif(r.held_days, 0), 6) END AS amount,
       row_number() OVER (PARTITION BY r.payer_id, r.subscriber_id ORDER BY
           CASE t.charge WHEN 'minimum' THEN 0 WHEN 'cap' THEN 1 ELSE 2 END, t.place NULLS FIRST,
           r.subscription_id, r.tariff_id) AS step
FROM (
SELECT h.payer_id, h.subscriber_id, h.subscription_id, h.tariff_id, h.starts_on, h.ends_on,
       h.next_on, d.held_days, sum(greatest(d.days, 0)) AS days, bool_or(held.now) AS now,
       bool_or(held.before) AS before, bool_or(held.next) AS next
FROM holding h
JOIN price t USING (tariff_id)
CROSS JOIN LATERAL (
    SELECT least(h.until_on, h.pays_until, h.ends_on)
           - greatest(h.from_on, h.pays_from, h.starts_on) AS days,
           least(h.until_on, h.ends_on) - greatest(h.from_on, h.starts_on) AS held_days,
           daterange(h.from_on, h.until_on) AS had, daterange(h.pays_from, h.pays_until) AS paid) AS d
CROSS JOIN LATERAL (SELECT h.from_on - shift AS f, h.starts_on - shift AS u
                    FROM (SELECT extract(day FROM h.starts_on)::int - 1 AS shift) AS s) AS m
CROSS JOIN LATERAL (SELECT (extract(year FROM m.u) - extract(year FROM m.f)) * 12
                    + extract(month FROM m.u) - extract(month FROM m.f) AS cycles) AS gone
CROSS JOIN LATERAL (
    SELECT CASE WHEN t.percent IS NULL THEN d.days > 0
                ELSE d.had && this AND d.paid && this END
           AND (t.cycles IS NULL OR t.cycles > gone.cycles) AS now,
           t.percent IS NOT NULL AND d.had && last AND d.paid && last
           AND (t.cycles IS NULL OR t.cycles >= gone.cycles) AS before,
           t.percent IS NOT NULL AND d.had && following AND d.paid && following
           AND (t.cycles IS NULL OR t.cycles > gone.cycles + 1) AS next
    FROM (SELECT daterange(h.before_on, h.starts_on) AS last,
                 daterange(h.starts_on, h.ends_on) AS this,
                 daterange(h.ends_on, h.next_on) AS following) AS cycles) AS held
WHERE h.charge IN ('minimum', 'cap', 'discount') AND (held.now OR held.before OR held.next)
GROUP BY h.payer_id, h.subscriber_id, h.subscription_id, h.tariff_id, h.starts_on, h.ends_on,
         h.next_on, d.held_days  -- who pays, pays no more and pays again has a rule once
) AS r
JOIN price t USING (tariff_id);
ANALYZE rule;
