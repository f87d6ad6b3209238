-- A bank's line that is in suspense is money in suspense, and no other is.
SELECT coalesce(l.serial, e.source_no) AS name,
       ARRAY[CASE WHEN l.state = 'suspense' THEN l.amount ELSE 0 END] AS kept,
       ARRAY[coalesce(e.amount, 0)] AS reckoned
FROM billing_bankline AS l
FULL JOIN (
    SELECT e.source_no, -sum(p.amount) AS amount
    FROM billing_journalentry AS e
    JOIN billing_posting AS p ON p.entry_id = e.id
    WHERE e.source_kind = 'bank_line' AND p.ledger_id = %(suspense)s
    GROUP BY e.source_no
) AS e ON e.source_no = l.id::text
