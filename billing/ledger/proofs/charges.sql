-- What was charged at once came out of the books that it names, by its entry.
SELECT c.reference AS name, ARRAY[c.amount, c.amount] AS kept,
       ARRAY[coalesce(p.amount, 0), coalesce(parts.amount, 0)] AS reckoned
FROM billing_balancecharge AS c
LEFT JOIN (
    SELECT p.entry_id, sum(p.amount) AS amount
    FROM billing_posting AS p
    JOIN billing_journalentry AS e ON e.id = p.entry_id
    WHERE p.book_id >= 0 AND e.kind = 'charge'
    GROUP BY p.entry_id
) AS p ON p.entry_id = c.entry_id
CROSS JOIN LATERAL (
    SELECT sum((part ->> 1)::numeric) AS amount FROM jsonb_array_elements(c.parts) AS part
) AS parts
