-- A balance is the sum of its postings, all on its own ledger account and in its currency; what is
-- reserved of it is what its open reservations hold.
SELECT b.book_no AS name,
       ARRAY[b.amount, 0, b.reserved] AS kept,
       ARRAY[coalesce(p.amount, 0), coalesce(p.elsewhere, 0), coalesce(r.held, 0)] AS reckoned
FROM billing_balancebook AS b
LEFT JOIN (
    SELECT p.book_id, -sum(p.amount) FILTER (WHERE own.here) AS amount,
           count(*) FILTER (WHERE NOT own.here) AS elsewhere
    FROM billing_posting AS p
    JOIN billing_balancebook AS b ON b.id = p.book_id
    CROSS JOIN LATERAL (
        SELECT p.currency = b.currency
               AND p.ledger_id = CASE b.kind WHEN 'cash' THEN %(cash_balance)s
                                             WHEN 'gift' THEN %(gift_balance)s
                                             ELSE %(dedicated_balance)s END AS here
    ) AS own
    WHERE p.book_id >= 0
    GROUP BY p.book_id
) AS p ON p.book_id = b.id
LEFT JOIN (
    SELECT (hold ->> 0)::bigint AS book_id, sum((hold ->> 1)::numeric) AS held
    FROM billing_reservation AS r CROSS JOIN LATERAL jsonb_array_elements(r.holds) AS hold
    WHERE r.state = 'open'
    GROUP BY 1
) AS r ON r.book_id = b.id
