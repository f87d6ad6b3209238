-- What each book gives: what is held in it first (turn 0), then what is free, both in the order of
-- use. Pieces are stretches on one line, so the amount ends within one of them.
SELECT n, id, kind, turn, least(upto, due.amount) - (upto - money) AS amount
FROM (
    SELECT piece.*, sum(money) OVER (PARTITION BY n ORDER BY turn, priority,
                                     expires_at NULLS LAST, id) AS upto
    FROM (
        SELECT n, id, kind, 0 AS turn, held AS money, priority, expires_at
        FROM book WHERE held > 0 AND %(from_holds)s::boolean
        UNION ALL
        SELECT n, id, kind, 1, free, priority, expires_at FROM book WHERE usable AND free > 0
    ) AS piece
) AS stretch
JOIN due USING (n)
WHERE upto - money < due.amount
