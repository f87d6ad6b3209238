-- A line is rounded once, half away from zero, to the minor unit of its bill's currency.
SELECT coalesce(b.bill_no, '?') || '/' || l.line_no AS name,
       ARRAY[l.amount] AS kept, ARRAY[round(l.exact, c.minor_units)] AS reckoned
FROM billing_billline AS l
LEFT JOIN billing_bill AS b ON b.id = l.bill_id
LEFT JOIN billing_currency AS c ON c.code = b.currency
