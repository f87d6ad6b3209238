-- One step of the rules, for everybody who has one: each sees what the steps before have left.
-- A minimum tops up to its amount, in its own charge group. A cap and a discount of an amount take
-- from each charge group by its part of the whole; a discount of a percentage from each by itself.
-- What was credited takes back the discount that it had: of the cycle before, or of its own
-- subscription. What is charged in advance has also a discount that begins with the next cycle.
WITH reached AS (
    SELECT r.payer_id, r.subscriber_id, r.step, i.charge_group,
           NOT r.now AND i.from_on >= r.ends_on AS ahead, sum(i.exact) AS base
    FROM rule r
    JOIN item i ON i.subscriber_id = r.subscriber_id AND i.payer_id = r.payer_id
     AND i.charge_group = ANY (r.of_groups)
     AND CASE WHEN r.percent IS NOT NULL AND i.kind = 'correction'
              THEN r.before OR (r.now AND r.subscription_id = i.subscription_id)
              ELSE r.now OR (r.next AND i.from_on >= r.ends_on) END
    WHERE r.step = %(step)s
    GROUP BY 1, 2, 3, 4, 5
), whole AS (
    SELECT payer_id, subscriber_id, charge_group, ahead, base,
           sum(base) OVER everything AS total,
           sum(base) OVER (everything ORDER BY charge_group, ahead) AS upto
    FROM reached WINDOW everything AS (PARTITION BY payer_id, subscriber_id)
), less AS (
    SELECT r.*, w.charge_group AS from_group, w.ahead, w.base, w.total, w.upto,
           CASE r.charge WHEN 'cap' THEN greatest(w.total - r.amount, 0)
                         ELSE least(r.amount, greatest(w.total, 0)) END AS off
    FROM rule r JOIN whole w USING (payer_id, subscriber_id)
    WHERE r.step = %(step)s AND r.charge <> 'minimum'
), taken AS (
    SELECT payer_id, subscriber_id, charge, subscription_id, tariff_id, from_group,
           CASE WHEN ahead THEN ends_on ELSE starts_on END AS from_on,
           CASE WHEN ahead THEN next_on ELSE ends_on END AS until_on,
           base, total, percent, amount,
           CASE WHEN percent IS NOT NULL THEN round(base * percent / 100, 6)
                WHEN total = 0 THEN 0
                ELSE round(off * upto / total, 6) - round(off * (upto - base) / total, 6)
           END AS exact
    FROM less
    UNION ALL
    SELECT r.payer_id, r.subscriber_id, r.charge, r.subscription_id, r.tariff_id, r.charge_group,
           r.starts_on, r.ends_on, coalesce(w.total, 0), coalesce(w.total, 0), NULL, r.amount,
           -greatest(r.amount - coalesce(w.total, 0), 0)
    FROM rule r
    LEFT JOIN (SELECT payer_id, subscriber_id, sum(base) AS total FROM reached GROUP BY 1, 2) AS w
        USING (payer_id, subscriber_id)
    WHERE r.step = %(step)s AND r.charge = 'minimum' AND r.now
)
INSERT INTO item
SELECT payer_id, payer_id, subscriber_id, charge, subscription_id, tariff_id, from_group,
       from_on, until_on, NULL, -exact, 0, NULL,
       jsonb_strip_nulls(jsonb_build_object(
           'base', base::text, 'whole', CASE WHEN total <> base THEN total::text END,
           'percent', percent::text, 'amount', amount::text)), %(step)s
FROM taken
WHERE exact <> 0;
