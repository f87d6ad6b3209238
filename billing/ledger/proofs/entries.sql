-- An entry has two sides at least, in its own currency, and they sum to nothing.
SELECT e.id || ' ' || e.kind || ' ' || e.source_kind || ':' || e.source_no AS name,
       ARRAY[0, 1]::numeric[] AS kept,
       ARRAY[coalesce(p.rest, 0),
             coalesce(p.sides >= 2 AND p.lowest = e.currency AND p.highest = e.currency, false)::int
            ] AS reckoned
FROM billing_journalentry AS e
LEFT JOIN (
    SELECT entry_id, sum(amount) AS rest, count(*) AS sides,
           min(currency) AS lowest, max(currency) AS highest
    FROM billing_posting GROUP BY entry_id
) AS p ON p.entry_id = e.id
