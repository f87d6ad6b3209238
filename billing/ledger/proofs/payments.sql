-- A payment is what its entry took in, which wrote bills off and left the rest on the balance; one
-- that was reversed was given back whole.
SELECT p.payment_no AS name,
       ARRAY[p.amount, p.amount, CASE WHEN p.state = 'reversed' THEN p.amount ELSE 0 END] AS kept,
       ARRAY[coalesce(e.amount, 0),
             CASE WHEN p.kind = 'payment' THEN coalesce(a.amount, 0) + coalesce(e.kept, 0)
                  ELSE p.amount END,
             coalesce(r.amount, 0)] AS reckoned
FROM billing_payment AS p
LEFT JOIN (
    SELECT e.source_no, e.kind, e.id, sum(p.amount) FILTER (WHERE p.amount > 0) AS amount,
           -sum(p.amount) FILTER (WHERE p.ledger_id = %(cash_balance)s) AS kept
    FROM billing_journalentry AS e
    JOIN billing_posting AS p ON p.entry_id = e.id
    WHERE e.source_kind = 'payment' AND e.kind IN ('payment', 'refund')
    GROUP BY e.id, e.source_no, e.kind
) AS e ON e.source_no = p.payment_no AND e.kind = p.kind
LEFT JOIN (
    SELECT entry_id, sum(amount) AS amount FROM billing_allocation GROUP BY entry_id
) AS a ON a.entry_id = e.id
LEFT JOIN (
    SELECT e.source_no, sum(p.amount) FILTER (WHERE p.amount > 0) AS amount
    FROM billing_journalentry AS e
    JOIN billing_posting AS p ON p.entry_id = e.id
    WHERE e.source_kind = 'payment' AND e.kind = 'payment_reversed'
    GROUP BY e.source_no
) AS r ON r.source_no = p.payment_no
