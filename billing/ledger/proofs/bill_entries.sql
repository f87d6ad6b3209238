-- An entry of a bill has its bill, and one that is superseded its opposite.
SELECT e.source_no AS name, ARRAY[1, (b.state = 'superseded')::int] AS kept,
       ARRAY[(b.state IN ('issued', 'superseded'))::int, (r.id IS NOT NULL)::int] AS reckoned
FROM billing_journalentry AS e
LEFT JOIN billing_bill AS b ON b.bill_no = e.source_no
LEFT JOIN billing_journalentry AS r ON r.reverses_id = e.id AND r.kind = 'bill_superseded'
WHERE e.kind = 'bill'
