-- What an entry takes off a receivable is what is written down as a write-off, bill by bill.
SELECT 'entry ' || coalesce(a.entry_id, p.entry_id) || ' bill '
           || coalesce(a.bill_id, p.bill_id) AS name,
       ARRAY[coalesce(a.amount, 0)] AS kept, ARRAY[coalesce(p.amount, 0)] AS reckoned
FROM (
    SELECT entry_id, bill_id, sum(amount) AS amount FROM billing_allocation
    GROUP BY entry_id, bill_id
) AS a
FULL JOIN (
    SELECT p.entry_id, p.bill_id, -sum(p.amount) AS amount
    FROM billing_posting AS p
    JOIN billing_journalentry AS e ON e.id = p.entry_id
    WHERE p.bill_id >= 0 AND p.ledger_id = %(receivable)s
      AND e.kind NOT IN ('bill', 'bill_superseded')
    GROUP BY p.entry_id, p.bill_id
) AS p ON p.entry_id = a.entry_id AND p.bill_id = a.bill_id
