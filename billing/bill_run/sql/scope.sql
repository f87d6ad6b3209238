-- The accounts of a partition, and what each is billed by.
SET LOCAL default_statistics_target = 10;
SET LOCAL work_mem = '64MB';
CREATE TEMP TABLE scope ON COMMIT DROP AS
SELECT a.id AS account_id, a.currency, c.minor_units, t.inclusive, t.rates, b.due_days,
       b.late_fee_percent_a_day AS late_percent, b.late_fee_cap_percent AS late_cap,
       a.charging_mode = 'prepaid' AS prepaid,
       CASE WHEN c.id IS NULL THEN 'currency'
            WHEN t.id IS NULL THEN 'tax_profile'
            WHEN b.id IS NULL THEN 'bill_terms' END AS unknown
FROM billing_billingaccount a
LEFT JOIN billing_currency c ON c.code = a.currency
LEFT JOIN billing_taxprofile t ON t.code = a.tax_profile
LEFT JOIN billing_billterms b ON b.code = a.bill_terms
WHERE a.billing_day = %(billing_day)s AND a.id >= %(low)s AND a.id < %(high)s;

-- An account that cannot be billed is left out and named: nobody else waits for it.
CREATE TEMP TABLE refused ON COMMIT DROP AS
SELECT account_id, unknown AS reason FROM scope WHERE unknown IS NOT NULL;
DELETE FROM scope WHERE unknown IS NOT NULL;
ANALYZE scope;
