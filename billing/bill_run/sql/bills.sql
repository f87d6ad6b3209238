-- A bill of each account that has lines, and what its entry will say; debits are positive.
CREATE TEMP TABLE made ON COMMIT DROP AS
SELECT numbered.*, billing_number('B', number) AS bill_no  -- a number first: it is inlined then
FROM (
    SELECT nextval('billing_bill_id_seq') AS bill_id, nextval('bill_no_seq') AS number,
           CASE WHEN %(posted)s THEN nextval('billing_journalentry_id_seq') END AS entry_id,
           b.*, greatest(-unpaid, 0) AS to_balance,
           unpaid <> 0 OR to_tax <> 0 OR to_revenue <> 0 OR to_discounts <> 0
           OR to_penalties <> 0 OR to_late_fees <> 0 OR to_rounding <> 0 OR of_provider <> 0
               AS moves
    FROM (
    SELECT account_id, currency, inclusive,
           sum(amount) FILTER (WHERE kind NOT IN ('discount', 'cap')) AS charges,
           -coalesce(sum(amount) FILTER (WHERE kind IN ('discount', 'cap')), 0) AS discounts,
           sum(tax) AS tax,
           sum(CASE WHEN inclusive THEN amount ELSE amount + tax END) AS total,
           sum(CASE WHEN inclusive THEN unpaid ELSE unpaid + unpaid_tax END) AS unpaid,
           -sum(unpaid_tax) AS to_tax,
           -sum(net) FILTER (WHERE kind NOT IN ('discount', 'cap', 'penalty', 'late_fee'))
               AS to_revenue,
           -sum(net) FILTER (WHERE kind IN ('discount', 'cap')) AS to_discounts,
           -sum(net) FILTER (WHERE kind = 'penalty') AS to_penalties,
           -sum(net) FILTER (WHERE kind = 'late_fee') AS to_late_fees,
           sum(exact - paid - unpaid) AS to_rounding,
           sum(provider) AS of_provider
    FROM (SELECT *, exact - paid - CASE WHEN inclusive THEN unpaid_tax ELSE 0 END AS net
          FROM line) AS netted
    GROUP BY account_id, currency, inclusive
    ORDER BY account_id
    ) AS b
) AS numbered;
ANALYZE made (account_id, bill_id);

INSERT INTO billing_bill
    (id, bill_no, account_id, run_id, cycle_id, state, currency, charges, discounts, tax,
     tax_inclusive, total, paid_before, to_balance, receivable, open_amount, issued_at, due_on,
     supersedes_id)
SELECT m.bill_id, m.bill_no, m.account_id, %(run_id)s, %(cycle_id)s, %(state)s, m.currency,
       coalesce(m.charges, 0), m.discounts, m.tax, m.inclusive, m.total, m.total - m.unpaid,
       m.to_balance, m.unpaid + m.to_balance, m.unpaid + m.to_balance, %(bill_at)s,
       (%(bill_at)s AT TIME ZONE %(zone)s)::date + s.due_days, %(supersedes_id)s
FROM made m JOIN scope s USING (account_id);

INSERT INTO billing_billline
    (bill_id, line_no, kind, subscriber_id, subscription_id, tariff_id, charge_group,
     covers_from, covers_to, quantity, exact, amount, paid_before, tax_rate, tax,
     provider_amount, detail)
SELECT m.bill_id, l.line_no, l.kind, l.subscriber_id, l.subscription_id, l.tariff_id,
       l.charge_group, l.from_on::timestamp AT TIME ZONE %(zone)s,
       l.until_on::timestamp AT TIME ZONE %(zone)s, l.quantity, l.exact, l.amount,
       CASE WHEN l.paid = 0 THEN 0
            WHEN l.inclusive THEN l.amount - l.unpaid
            ELSE l.amount + l.tax - l.unpaid - l.unpaid_tax END,
       l.rate, l.tax, l.provider, l.detail
FROM line l JOIN made m USING (account_id)
ORDER BY m.bill_id, l.line_no;
