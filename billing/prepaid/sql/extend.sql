-- Hold so much more for a reservation; nothing where it is not there to be held.
more AS MATERIALIZED (
    SELECT asked.reservation_id, due.amount,
           (SELECT coalesce(jsonb_agg(jsonb_build_array(id, amount::text) ORDER BY id), '[]')
            FROM (
                SELECT id, sum(amount) AS amount
                FROM (
                    SELECT id, held AS amount FROM book WHERE held > 0
                    UNION ALL
                    SELECT id, amount FROM used
                ) AS both_parts GROUP BY id
            ) AS together) AS holds
    FROM asked JOIN due USING (n)
    WHERE due.amount = (SELECT coalesce(sum(amount), 0) FROM used)
),
held AS (
    UPDATE billing_balancebook AS b
    SET amount = book.amount, reserved = book.reserved + used.amount
    FROM used JOIN book USING (id), more WHERE b.id = book.id
)
UPDATE billing_reservation AS r
SET amount = r.amount + more.amount, holds = more.holds,
    quantity = coalesce(%(quantity)s::bigint, r.quantity),
    expires_at = greatest(r.expires_at, %(expires_at)s)
FROM more WHERE r.id = more.reservation_id
RETURNING r.*
