-- What paying late costs: of each bill's charges that were open at the end of a day after it was
-- due, so much percent, up to the limit; reckoned from its due day until the cycle's end, less the
-- same until the cycle's beginning. Late fees themselves bear none and are paid last; a bill in
-- dispute rests.
CREATE TEMP TABLE late ON COMMIT DROP AS
WITH told AS (
    SELECT DISTINCT (l.detail->>'bill_id')::bigint AS bill_id
    FROM earlier_bill e JOIN billing_billline l USING (bill_id)
    WHERE l.kind = 'late_fee'
)
SELECT b.id AS bill_id, b.bill_no, b.account_id, b.due_on, b.receivable, s.late_percent,
       s.late_cap, b.receivable - (SELECT coalesce(sum(l.amount), 0) FROM billing_billline l
                                   WHERE l.bill_id = b.id AND l.kind = 'late_fee') AS principal
FROM (SELECT bill_id FROM earlier_bill  -- the first late day is the one after
      WHERE due_on < %(ends_on)s AND due_on >= %(starts_on)s::date - 1
      UNION SELECT b.id FROM scope s JOIN billing_bill b USING (account_id)
            WHERE b.state = 'issued' AND b.open_amount > 0
      UNION SELECT bill_id FROM told) AS known
JOIN billing_bill b ON b.id = known.bill_id
JOIN scope s USING (account_id)
WHERE b.state = 'issued' AND b.due_on < %(ends_on)s::date - 1 AND b.receivable > 0
  AND b.disputed_at IS NULL AND b.cycle_id <> %(cycle_id)s AND s.late_percent > 0;

INSERT INTO item
SELECT account_id, account_id, NULL, 'late_fee', NULL, NULL, 'late_fee',
       greatest(due_on + 1, %(starts_on)s), %(ends_on)s, NULL, fee, 0, NULL,
       jsonb_build_object('bill_id', bill_id, 'bill_no', bill_no, 'percent', late_percent::text,
                          'amount_days', (now_days - then_days)::text)
FROM (
    SELECT l.*, now_days, then_days,
           round(least(l.receivable * l.late_cap / 100, now_days * l.late_percent / 100)
                 - least(l.receivable * l.late_cap / 100, then_days * l.late_percent / 100), 6)
           AS fee
    FROM late l
    CROSS JOIN LATERAL (
        SELECT sum(open * greatest(0, least(until_on, %(ends_on)s) - on_day)) AS now_days,
               sum(open * greatest(0, least(until_on, %(starts_on)s) - on_day)) AS then_days
        FROM (
            SELECT on_day, lead(on_day, 1, 'infinity') OVER days AS until_on,
                   greatest(0, l.principal - sum(paid) OVER days) AS open
            FROM (
                SELECT on_day, sum(amount) AS paid
                FROM (SELECT l.due_on + 1 AS on_day, 0 AS amount
                      UNION ALL
                      SELECT greatest((a.allocated_at AT TIME ZONE %(zone)s)::date, l.due_on + 1),
                             a.amount
                      FROM billing_allocation a WHERE a.bill_id = l.bill_id) AS moves
                GROUP BY on_day) AS moved
            WINDOW days AS (ORDER BY on_day)) AS stretches) AS amount_days
) AS fees
WHERE fee > 0;
