-- A write-off that undoes another one is its negative, for the same bill and from the same money.
SELECT u.id || ' → ' || u.undoes_id AS name, ARRAY[-u.amount, u.bill_id] AS kept,
       CASE WHEN u.payment_id IS NOT DISTINCT FROM a.payment_id
             AND u.book_id IS NOT DISTINCT FROM a.book_id
             AND u.adjustment_id IS NOT DISTINCT FROM a.adjustment_id
            THEN ARRAY[a.amount, a.bill_id] END AS reckoned
FROM billing_allocation AS u
LEFT JOIN billing_allocation AS a ON a.id = u.undoes_id
WHERE u.undoes_id IS NOT NULL
