-- What rating has kept for the cycle.
INSERT INTO item
SELECT p.account_id, p.account_id, u.subscriber_id, 'usage', u.subscription_id, u.tariff_id,
       u.charge_group, p.starts_on, p.ends_on, u.quantity, u.amount, u.paid,
       nullif(u.provider_amount, 0),
       jsonb_build_object('events', u.events, 'free', u.free_quantity,
                          'charged', u.charged_quantity)
FROM payer p
JOIN billing_usagecharge u ON u.subscriber_id = p.subscriber_id AND u.cycle_id = p.cycle_id
WHERE p.from_on < p.ends_on AND p.until_on > p.starts_on
  AND NOT EXISTS (SELECT FROM payer o
                  WHERE o.subscriber_id = p.subscriber_id AND o.cycle_id = p.cycle_id
                    AND o.relation_id <> p.relation_id
                    AND o.from_on < o.ends_on AND o.until_on > o.starts_on);

-- Where the payer changed within the cycle, the events' days say whose each is.
INSERT INTO item
SELECT p.account_id, p.account_id, u.subscriber_id, 'usage', u.subscription_id, u.tariff_id,
       u.charge_group, greatest(p.from_on, p.starts_on), least(p.until_on, p.ends_on),
       sum(e.quantity), sum(e.charge),
       CASE WHEN u.amount = 0 THEN 0 ELSE round(u.paid * sum(e.charge) / u.amount, 6) END,
       nullif(sum(e.provider_charge), 0),
       jsonb_build_object('events', count(*), 'free', sum(e.free_quantity),
                          'charged', sum(e.charged_quantity))
FROM payer p
JOIN billing_usagecharge u ON u.subscriber_id = p.subscriber_id AND u.cycle_id = p.cycle_id
JOIN billing_ratedevent e
  ON e.subscriber_id = u.subscriber_id AND e.charge_cycle_id = u.cycle_id
 AND e.tariff_id IS NOT DISTINCT FROM u.tariff_id
 AND e.subscription_id IS NOT DISTINCT FROM u.subscription_id
 AND (e.tariff_id IS NOT NULL  -- what no tariff prices is charged by what was used
      OR u.charge_group = (SELECT r.usage FROM billing_usagerecord r WHERE r.id = e.usage_id))
CROSS JOIN LATERAL (SELECT (e.started_at AT TIME ZONE %(zone)s)::date AS day) AS d
WHERE p.from_on < p.ends_on AND p.until_on > p.starts_on
  AND EXISTS (SELECT FROM payer o
              WHERE o.subscriber_id = p.subscriber_id AND o.cycle_id = p.cycle_id
                AND o.relation_id <> p.relation_id
                AND o.from_on < o.ends_on AND o.until_on > o.starts_on)
  AND (d.day >= p.from_on OR p.from_on = (SELECT min(o.from_on) FROM payer o
                                          WHERE o.subscriber_id = p.subscriber_id
                                            AND o.cycle_id = p.cycle_id))
  AND (d.day < p.until_on OR p.until_on = (SELECT max(o.until_on) FROM payer o
                                           WHERE o.subscriber_id = p.subscriber_id
                                             AND o.cycle_id = p.cycle_id))
GROUP BY p.relation_id, p.account_id, p.from_on, p.until_on, p.starts_on, p.ends_on,
         u.id, u.subscriber_id, u.subscription_id, u.tariff_id, u.charge_group, u.amount, u.paid;

-- What comes late for somebody who pays no more goes to the last who did.
INSERT INTO item
SELECT p.account_id, p.account_id, u.subscriber_id, 'usage', u.subscription_id, u.tariff_id,
       u.charge_group, p.starts_on, p.ends_on, u.quantity, u.amount, u.paid,
       nullif(u.provider_amount, 0),
       jsonb_build_object('events', u.events, 'free', u.free_quantity,
                          'charged', u.charged_quantity)
FROM (SELECT DISTINCT ON (p.subscriber_id, p.cycle_id) p.*
      FROM payer p
      WHERE p.until_on <= p.starts_on AND NOT EXISTS (
          SELECT FROM payer o
          WHERE o.subscriber_id = p.subscriber_id AND o.cycle_id = p.cycle_id
            AND o.from_on < o.ends_on AND o.until_on > o.starts_on)
      ORDER BY p.subscriber_id, p.cycle_id, p.until_on DESC) AS p
JOIN billing_usagecharge u ON u.subscriber_id = p.subscriber_id AND u.cycle_id = p.cycle_id;
ANALYZE item (payer_id, account_id, subscriber_id, charge_group, tariff_id);
