-- A reservation ends: none stays open when its time is over. What was debited of it is what was
-- charged for it.
SELECT r.reference AS name, ARRAY[0, r.debited] AS kept,
       ARRAY[(r.state = 'open' AND r.expires_at < %(at)s - interval '10 minutes')::int,
             coalesce(c.amount, 0)] AS reckoned
FROM billing_reservation AS r
LEFT JOIN (
    SELECT reservation_id, sum(amount) AS amount FROM billing_balancecharge
    WHERE reservation_id IS NOT NULL GROUP BY reservation_id
) AS c ON c.reservation_id = r.id
