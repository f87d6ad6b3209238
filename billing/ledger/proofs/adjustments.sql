-- An adjustment is what was posted for it; undone it comes to nothing.
SELECT j.adjustment_no AS name,
       ARRAY[j.amount, CASE WHEN j.bill_id IS NULL THEN 0
                            WHEN j.state = 'done' THEN j.amount ELSE 0 END] AS kept,
       ARRAY[coalesce(e.amount, 0), coalesce(a.amount, 0)] AS reckoned
FROM billing_adjustment AS j
LEFT JOIN (
    SELECT e.source_no, sum(p.amount) AS amount
    FROM billing_journalentry AS e
    JOIN billing_posting AS p ON p.entry_id = e.id
    WHERE e.source_kind = 'adjustment' AND e.kind IN ('adjustment', 'bad_debt')
      AND p.ledger_id IN (%(goodwill)s, %(bad_debt)s)
    GROUP BY e.source_no
) AS e ON e.source_no = j.adjustment_no
LEFT JOIN (
    SELECT adjustment_id, sum(amount) AS amount FROM billing_allocation
    WHERE adjustment_id IS NOT NULL GROUP BY adjustment_id
) AS a ON a.adjustment_id = j.id
