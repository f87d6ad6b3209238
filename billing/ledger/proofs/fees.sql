-- What is paid of a prepaid account's fees is what its charges came to; each stands on one account.
SELECT 'fee ' || coalesce(f.id, c.fee_id) AS name, ARRAY[coalesce(f.paid, 0)] AS kept,
       ARRAY[coalesce(c.price, 0)] AS reckoned
FROM billing_prepaidfee AS f
FULL JOIN (
    SELECT fee_id, account_id, sum(price) AS price FROM billing_balancecharge
    WHERE fee_id IS NOT NULL GROUP BY fee_id, account_id
) AS c ON c.fee_id = f.id AND c.account_id = f.account_id
