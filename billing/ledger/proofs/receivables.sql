-- What is open of a bill is its receivable in the ledger, and what write-offs left of it; its entry
-- posted what it says. A superseded bill is owed no more, a trial never was.
SELECT b.bill_no AS name,
       ARRAY[owed.open_amount, owed.open_amount, posted.receivable, posted.to_balance] AS kept,
       ARRAY[coalesce(p.amount, 0),
             CASE WHEN b.state = 'issued' THEN b.receivable ELSE 0 END - coalesce(a.amount, 0),
             coalesce(p.billed, 0), coalesce(given.amount, 0)] AS reckoned
FROM billing_bill AS b
CROSS JOIN LATERAL (
    SELECT CASE WHEN b.state = 'trial' THEN 0 ELSE b.open_amount END AS open_amount
) AS owed
CROSS JOIN LATERAL (
    SELECT CASE WHEN b.state = 'trial' THEN 0 ELSE b.receivable END AS receivable,
           CASE WHEN b.state = 'trial' THEN 0 ELSE b.to_balance END AS to_balance
) AS posted
LEFT JOIN (
    SELECT p.bill_id, sum(p.amount) AS amount,
           sum(p.amount) FILTER (WHERE e.kind = 'bill') AS billed
    FROM billing_posting AS p
    JOIN billing_journalentry AS e ON e.id = p.entry_id
    WHERE p.bill_id >= 0 AND p.ledger_id = %(receivable)s
    GROUP BY p.bill_id
) AS p ON p.bill_id = b.id
LEFT JOIN (
    SELECT bill_id, sum(amount) AS amount FROM billing_allocation GROUP BY bill_id
) AS a ON a.bill_id = b.id
LEFT JOIN (
    SELECT e.source_no, -sum(p.amount) AS amount
    FROM billing_journalentry AS e
    JOIN billing_posting AS p ON p.entry_id = e.id
    WHERE e.kind = 'bill' AND p.book_id >= 0
    GROUP BY e.source_no
) AS given ON given.source_no = b.bill_no
