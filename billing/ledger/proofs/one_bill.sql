-- One bill in force an account and cycle.
SELECT min(b.bill_no) AS name, ARRAY[1]::bigint[] AS kept, ARRAY[count(*)] AS reckoned
FROM billing_bill AS b
WHERE b.state = 'issued'
GROUP BY b.account_id, b.cycle_id
