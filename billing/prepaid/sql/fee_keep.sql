-- What each fee comes to: the lines that the bill would have, rounded as there, the discounts and
-- caps of a charge group taken off its fees by their parts.
CREATE TEMP TABLE wanted ON COMMIT DROP AS
SELECT account_id, subscriber_id, subscription_id, tariff_id, charge_group,
       round(net * upto / total, minor_units)
       - round(net * (upto - amount) / total, minor_units) AS price
FROM (
    SELECT fee.*, scope.minor_units, sum(fee.amount) OVER one AS total,
           sum(fee.amount) OVER (one ORDER BY fee.subscription_id, fee.tariff_id) AS upto,
           greatest(sum(fee.amount) OVER one + coalesce(off.amount, 0), 0) AS net
    FROM (
        SELECT i.account_id, i.subscriber_id, i.subscription_id, i.tariff_id, i.charge_group,
               sum(round(i.exact, s.minor_units)) AS amount
        FROM item i JOIN scope s USING (account_id)
        WHERE i.kind IN ('recurring', 'one_off') AND i.exact > 0
        GROUP BY 1, 2, 3, 4, 5
        HAVING sum(round(i.exact, s.minor_units)) > 0
    ) AS fee
    JOIN scope USING (account_id)
    LEFT JOIN (
        SELECT i.account_id, i.subscriber_id, i.charge_group,
               sum(round(i.exact, s.minor_units)) AS amount
        FROM item i JOIN scope s USING (account_id)
        WHERE i.kind IN ('discount', 'cap')
        GROUP BY 1, 2, 3
    ) AS off USING (account_id, subscriber_id, charge_group)
    WINDOW one AS (PARTITION BY account_id, subscriber_id, charge_group)
) AS shared;

-- Nothing is wanted any more of what is not due now: what was paid of it comes back by the bill.
UPDATE billing_prepaidfee f SET price = f.paid
FROM scope s
WHERE f.cycle_id = %(cycle_id)s AND f.account_id = s.account_id AND f.price > f.paid
  AND NOT EXISTS (
      SELECT FROM wanted w
      WHERE (w.account_id, w.subscription_id, w.tariff_id)
            = (f.account_id, f.subscription_id, f.tariff_id));
INSERT INTO billing_prepaidfee AS f
    (account_id, cycle_id, subscriber_id, subscription_id, tariff_id, charge_group, price, paid,
     gift, next_at)
SELECT account_id, %(cycle_id)s, subscriber_id, subscription_id, tariff_id, charge_group, price,
       0, 0, %(at)s
FROM wanted WHERE price > 0
ORDER BY account_id, subscription_id, tariff_id
ON CONFLICT (account_id, cycle_id, subscription_id, tariff_id) DO UPDATE
SET price = excluded.price, next_at = least(f.next_at, excluded.next_at)
WHERE f.price <> excluded.price;
