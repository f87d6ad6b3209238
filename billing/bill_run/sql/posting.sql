-- A bill of less than nothing gives its amount to the account's cash book.
INSERT INTO billing_balancebook
    (book_no, account_id, kind, currency, charge_groups, priority, amount, reserved, valid_from)
SELECT billing_number('K', nextval('book_no_seq')), account_id, 'cash', currency, '[]', 100, 0, 0,
       %(bill_at)s
FROM made m
WHERE to_balance > 0 AND NOT EXISTS (
    SELECT FROM billing_balancebook b
    WHERE b.account_id = m.account_id AND b.currency = m.currency AND b.kind = 'cash')
ORDER BY account_id
ON CONFLICT (account_id, currency) WHERE kind = 'cash' DO NOTHING;
CREATE TEMP TABLE credited ON COMMIT DROP AS
SELECT b.id AS book_id, m.account_id, m.to_balance
FROM made m
JOIN billing_balancebook b
  ON b.account_id = m.account_id AND b.currency = m.currency AND b.kind = 'cash'
WHERE m.to_balance > 0
ORDER BY b.id FOR UPDATE OF b;
UPDATE billing_balancebook b SET amount = b.amount + c.to_balance
FROM credited c WHERE c.book_id = b.id;

INSERT INTO billing_journalentry
    (id, kind, source_kind, source_no, account_id, period_id, posted_at, currency, reason,
     actor_kind, actor_number)
SELECT entry_id, 'bill', 'bill', bill_no, account_id, %(period_id)s, %(bill_at)s, currency, '',
       'system', %(run_no)s
FROM made
WHERE moves
ORDER BY entry_id;
INSERT INTO billing_posting (entry_id, ledger_id, amount, currency, account_id, book_id, bill_id)
SELECT m.entry_id, v.ledger_id, v.amount, m.currency, m.account_id, v.book_id, v.bill_id
FROM made m
LEFT JOIN credited c USING (account_id)
CROSS JOIN LATERAL (VALUES
    (%(receivable)s, greatest(m.unpaid, 0), NULL::bigint, m.bill_id),
    (%(cash_balance)s, least(m.unpaid, 0), c.book_id, NULL),
    (%(tax_payable)s, m.to_tax, NULL, NULL),
    (%(revenue)s, m.to_revenue, NULL, NULL),
    (%(discounts)s, m.to_discounts, NULL, NULL),
    (%(penalties)s, m.to_penalties, NULL, NULL),
    (%(late_fees)s, m.to_late_fees, NULL, NULL),
    (%(rounding)s, m.to_rounding, NULL, NULL),
    (%(provider_cost)s, m.of_provider, NULL, NULL),
    (%(provider_payable)s, -m.of_provider, NULL, NULL)
) AS v (ledger_id, amount, book_id, bill_id)
WHERE v.amount <> 0;
