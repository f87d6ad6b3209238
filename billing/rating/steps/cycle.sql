-- The cycles, and in which one their usage is charged: in the cycle itself while it is open, else
-- in the next one that is.
SELECT cycle.id, cycle.billing_day, cycle.starts_at, cycle.ends_at,
       (SELECT opened.id FROM billing_billingcycle AS opened
        WHERE opened.billing_day = cycle.billing_day AND opened.state = 'open'
          AND opened.starts_at >= cycle.starts_at
        ORDER BY opened.starts_at LIMIT 1) AS charge_cycle_id
FROM billing_billingcycle AS cycle
WHERE cycle.billing_day IN (SELECT billing_day FROM rating_payer)
  AND cycle.ends_at > (SELECT min(started_at) FROM rating_set)
  AND cycle.starts_at <= (SELECT max(started_at) FROM rating_set)
