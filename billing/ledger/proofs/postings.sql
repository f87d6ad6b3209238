-- A posting has its entry, its place in the chart, and where that is a receivable or a balance, its
-- bill or its book, of the same account.
SELECT p.id || ' (' || p.entry_id || ') ' || p.ledger_id AS name,
       ARRAY[1, 1, 1, 1]::numeric[] AS kept,
       ARRAY[(e.id IS NOT NULL)::int, (l.code IS NOT NULL)::int,
             CASE WHEN p.ledger_id = %(receivable)s
                  THEN coalesce(p.bill_id = bill.id AND p.account_id = bill.account_id, false)
                  ELSE p.bill_id IS NULL END::int,
             CASE WHEN p.ledger_id IN (%(cash_balance)s, %(gift_balance)s, %(dedicated_balance)s)
                  THEN coalesce(p.book_id = book.id, false)
                  ELSE p.book_id IS NULL END::int]::numeric[] AS reckoned
FROM billing_posting AS p
LEFT JOIN billing_journalentry AS e ON e.id = p.entry_id
LEFT JOIN billing_ledgeraccount AS l ON l.code = p.ledger_id
LEFT JOIN billing_bill AS bill ON bill.id = p.bill_id
LEFT JOIN billing_balancebook AS book ON book.id = p.book_id
