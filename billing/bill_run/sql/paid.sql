-- What prepaid accounts have paid of their fees since the cycle began. Of what was paid too much,
-- money comes back, a gift does not. A payment stands with its fee, else on a line of its own.
CREATE TEMP TABLE prepaid ON COMMIT DROP AS
SELECT f.account_id, f.subscriber_id, f.subscription_id, f.tariff_id, f.charge_group,
       sum(f.paid) AS paid, sum(f.gift) AS gift, NULL::tid AS place, 0::numeric AS exact
FROM scope s
JOIN billing_prepaidfee f ON f.account_id = s.account_id AND f.paid > 0
JOIN billing_billingcycle c ON c.id = f.cycle_id
WHERE c.ends_on > %(starts_on)s AND c.ends_on <= %(ends_on)s
GROUP BY 1, 2, 3, 4, 5;
UPDATE prepaid p SET place = found.place, exact = found.exact
FROM (SELECT DISTINCT ON (p.ctid) p.ctid AS fee, i.ctid AS place, i.exact
      FROM prepaid p
      JOIN item i USING (account_id, subscriber_id, subscription_id, tariff_id)
      WHERE i.kind IN ('recurring', 'one_off', 'correction')
      ORDER BY p.ctid, i.from_on DESC, i.exact DESC) AS found
WHERE p.ctid = found.fee;
UPDATE item i SET paid = i.paid + least(p.paid, greatest(p.exact, p.paid - p.gift))
FROM prepaid p WHERE i.ctid = p.place;
INSERT INTO item
SELECT account_id, account_id, subscriber_id, 'correction', subscription_id, tariff_id,
       charge_group, %(starts_on)s, %(ends_on)s, NULL, 0, paid - gift, NULL, NULL
FROM prepaid WHERE place IS NULL AND paid > gift;
