-- Who pays for whom by default, from which day until which. A day is whoever's has it at its end.
-- Before the first and after the last payer of a subscriber there is nobody else: they reach on.
CREATE TEMP TABLE payer ON COMMIT DROP AS
SELECT r.id AS relation_id, r.subscriber_id, r.account_id, s.currency, s.prepaid,
       (r.valid_from AT TIME ZONE %(zone)s)::date AS from_on,
       coalesce((r.valid_to AT TIME ZONE %(zone)s)::date, 'infinity') AS until_on,
       c.before_on, c.starts_on, c.ends_on, c.next_on, c.cycle_id, c.before_billed
FROM scope s
JOIN billing_paymentrelation r ON r.account_id = s.account_id
JOIN calendar c ON c.billing_day = %(billing_day)s
WHERE r.charge_group = '*' AND r.valid_from IS DISTINCT FROM r.valid_to;

-- Who else pays, or paid, for those whose payer changed: wherever that account is billed, a
-- partition has to know, for one has what the other has not.
INSERT INTO payer
SELECT r.id, r.subscriber_id, r.account_id, a.currency, a.charging_mode = 'prepaid',
       (r.valid_from AT TIME ZONE %(zone)s)::date,
       coalesce((r.valid_to AT TIME ZONE %(zone)s)::date, 'infinity'),
       c.before_on, c.starts_on, c.ends_on, c.next_on, c.cycle_id, c.before_billed
FROM (SELECT DISTINCT subscriber_id FROM payer
      WHERE until_on < 'infinity' OR from_on > before_on) AS changed
JOIN billing_paymentrelation r USING (subscriber_id)
JOIN billing_billingaccount a ON a.id = r.account_id AND a.billing_day = %(billing_day)s
JOIN calendar c ON c.billing_day = a.billing_day
WHERE r.charge_group = '*' AND r.valid_from IS DISTINCT FROM r.valid_to
  AND NOT EXISTS (SELECT FROM payer p WHERE p.relation_id = r.id);

-- Who paid in former times only, where no late usage is charged in the cycle.
DELETE FROM payer p
WHERE p.until_on <= %(reach_on)s AND NOT EXISTS (
    SELECT FROM billing_usagecharge u
    WHERE u.subscriber_id = p.subscriber_id AND u.cycle_id = p.cycle_id);

-- The default payers of those for whom an account here pays in part.
INSERT INTO payer
SELECT DISTINCT r.id, r.subscriber_id, r.account_id, a.currency, a.charging_mode = 'prepaid',
       (r.valid_from AT TIME ZONE %(zone)s)::date,
       coalesce((r.valid_to AT TIME ZONE %(zone)s)::date, 'infinity'),
       c.before_on, c.starts_on, c.ends_on, c.next_on, c.cycle_id, c.before_billed
FROM scope s
JOIN billing_paymentrelation part ON part.account_id = s.account_id AND part.charge_group <> '*'
JOIN billing_paymentrelation r ON r.subscriber_id = part.subscriber_id AND r.charge_group = '*'
JOIN billing_billingaccount a ON a.id = r.account_id
JOIN calendar c ON c.billing_day = a.billing_day
WHERE (part.valid_to IS NULL OR part.valid_to > %(reach_at)s)
  AND (r.valid_to IS NULL OR r.valid_to > %(reach_at)s)
  AND r.valid_from IS DISTINCT FROM r.valid_to
  AND NOT EXISTS (SELECT FROM payer p WHERE p.relation_id = r.id);
ANALYZE payer;

UPDATE payer p SET until_on = 'infinity'
WHERE until_on < 'infinity' AND until_on > %(reach_on)s AND NOT EXISTS (
    SELECT FROM billing_paymentrelation r
    WHERE r.subscriber_id = p.subscriber_id AND r.charge_group = '*'
      AND r.valid_from IS DISTINCT FROM r.valid_to AND r.id <> p.relation_id
      AND (r.valid_from AT TIME ZONE %(zone)s)::date >= p.until_on);
UPDATE payer p SET from_on = '-infinity'
WHERE from_on > before_on AND NOT EXISTS (
    SELECT FROM billing_paymentrelation r
    WHERE r.subscriber_id = p.subscriber_id AND r.charge_group = '*'
      AND r.valid_from IS DISTINCT FROM r.valid_to AND r.id <> p.relation_id
      AND (r.valid_from AT TIME ZONE %(zone)s)::date < p.from_on);
DELETE FROM payer WHERE from_on >= until_on;  -- had it and lost it on one day
