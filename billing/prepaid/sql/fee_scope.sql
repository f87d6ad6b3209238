-- The prepaid accounts of a billing day that are in use, as the chain of bills wants its accounts.
SET LOCAL default_statistics_target = 10;
CREATE TEMP TABLE scope ON COMMIT DROP AS
SELECT a.id AS account_id, a.currency, c.minor_units, t.inclusive, t.rates, 0 AS due_days,
       0 AS late_percent, 0 AS late_cap, true AS prepaid
FROM billing_billingaccount a
JOIN billing_currency c ON c.code = a.currency
JOIN billing_taxprofile t ON t.code = a.tax_profile
WHERE a.billing_day = %(billing_day)s AND a.id >= %(low)s AND a.id < %(high)s
  AND a.charging_mode = 'prepaid' AND a.status = 'active'
  AND (%(accounts)s::bigint[] IS NULL OR a.id = ANY (%(accounts)s));
ANALYZE scope;
