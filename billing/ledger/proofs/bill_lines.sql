-- A bill is the sum of its lines.
SELECT b.bill_no AS name,
       ARRAY[b.charges, b.discounts, b.tax, b.total, b.paid_before] AS kept,
       ARRAY[coalesce(l.charges, 0), coalesce(l.discounts, 0), coalesce(l.tax, 0),
             coalesce(l.amount, 0) + CASE WHEN b.tax_inclusive THEN 0 ELSE coalesce(l.tax, 0) END,
             coalesce(l.paid_before, 0)] AS reckoned
FROM billing_bill AS b
LEFT JOIN (
    SELECT bill_id, sum(amount) AS amount, sum(tax) AS tax, sum(paid_before) AS paid_before,
           coalesce(sum(amount) FILTER (WHERE kind NOT IN ('discount', 'cap')), 0) AS charges,
           coalesce(-sum(amount) FILTER (WHERE kind IN ('discount', 'cap')), 0) AS discounts
    FROM billing_billline GROUP BY bill_id
) AS l ON l.bill_id = b.id
