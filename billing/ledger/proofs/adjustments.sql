-- An adjustment is what was posted for it; undone, that was posted back, or its bill got nothing.
SELECT j.adjustment_no AS name,
       ARRAY[j.amount, CASE WHEN j.bill_id IS NULL OR j.state = 'reversed' THEN 0 ELSE j.amount END,
             CASE WHEN j.bill_id IS NULL AND j.state = 'reversed' THEN j.amount ELSE 0 END] AS kept,
       ARRAY[coalesce(e.amount, 0), coalesce(a.amount, 0),
             CASE WHEN j.bill_id IS NULL THEN coalesce(e.undone, 0) ELSE 0 END] AS reckoned
FROM billing_adjustment AS j
LEFT JOIN (
    SELECT e.source_no, sum(p.amount) FILTER (WHERE e.kind <> 'adjustment_undone') AS amount,
           -sum(p.amount) FILTER (WHERE e.kind = 'adjustment_undone') AS undone
    FROM billing_journalentry AS e
    JOIN billing_posting AS p ON p.entry_id = e.id
    WHERE e.source_kind = 'adjustment' AND p.ledger_id IN (%(goodwill)s, %(bad_debt)s)
    GROUP BY e.source_no
) AS e ON e.source_no = j.adjustment_no
LEFT JOIN (
    SELECT adjustment_id, sum(amount) AS amount FROM billing_allocation
    WHERE adjustment_id IS NOT NULL GROUP BY adjustment_id
) AS a ON a.adjustment_id = j.id
