-- A tariff in another currency than the account's cannot be on its bill.
INSERT INTO refused
SELECT DISTINCT s.account_id, 'tariff_currency'
FROM item i
JOIN billing_billingtariff t ON t.id = i.tariff_id
JOIN scope s ON s.account_id = i.account_id
WHERE t.currency <> s.currency;
DELETE FROM item i USING refused r WHERE r.account_id = i.account_id;

-- Lines: each amount rounded once, half away from zero, to the currency's minor unit; the tax
-- taken from the rounded amount. Of a line paid for in part beforehand, what is left is rounded.
CREATE TEMP TABLE line ON COMMIT DROP AS
SELECT r.*, round(CASE WHEN inclusive THEN amount * rate / (100 + rate)
                       ELSE amount * rate / 100 END, minor_units) AS tax,
       round(CASE WHEN inclusive THEN unpaid * rate / (100 + rate)
                  ELSE unpaid * rate / 100 END, minor_units) AS unpaid_tax
FROM (
    SELECT i.*, s.currency, s.minor_units, s.inclusive,
           round(i.exact, s.minor_units) AS amount,
           round(i.exact - i.paid, s.minor_units) AS unpaid,
           coalesce(s.rates->>i.charge_group, CASE WHEN i.kind = 'late_fee' THEN '0' END,
                    s.rates->>'*', '0')::numeric AS rate,
           row_number() OVER (PARTITION BY i.account_id ORDER BY
               array_position('{recurring,one_off,usage,penalty,minimum,cap,discount,late_fee}'::text[],
                              i.kind) NULLS FIRST,
               i.subscriber_id, i.step, i.from_on, i.subscription_id, i.tariff_id, i.charge_group,
               i.exact) AS line_no
    FROM item i JOIN scope s USING (account_id)
) AS r;
ANALYZE line (account_id);
