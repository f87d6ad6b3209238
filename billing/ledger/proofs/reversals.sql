-- An entry that reverses another is that one turned round.
SELECT moved.id || ' → ' || moved.reverses_id AS name, ARRAY[0]::numeric[] AS kept,
       ARRAY[sum(abs(moved.rest))] AS reckoned
FROM (
    SELECT side.id, side.reverses_id, p.ledger_id, p.currency, p.book_id, p.bill_id,
           sum(p.amount) AS rest
    FROM (
        SELECT id, reverses_id, id AS entry_id FROM billing_journalentry
        WHERE reverses_id IS NOT NULL
        UNION ALL
        SELECT id, reverses_id, reverses_id FROM billing_journalentry
        WHERE reverses_id IS NOT NULL
    ) AS side
    JOIN billing_posting AS p ON p.entry_id = side.entry_id
    GROUP BY side.id, side.reverses_id, p.ledger_id, p.currency, p.book_id, p.bill_id
) AS moved
GROUP BY moved.id, moved.reverses_id
