-- By billing day, the last cycle that is over when the run's cycle is, with its neighbours. Payers
-- of one subscriber may have different billing days: what the default payer's cycle holds is
-- billed to all of them when their own next cycle is over.
CREATE TEMP TABLE calendar ON COMMIT DROP AS
SELECT day AS billing_day, (first - interval '2 months')::date + shift AS before_on,
       (first - interval '1 month')::date + shift AS starts_on, first + shift AS ends_on,
       (first + interval '1 month')::date + shift AS next_on, c.id AS cycle_id,
       coalesce(before.state = 'billed', false) AS before_billed
FROM (SELECT day, day - 1 AS shift,
             date_trunc('month', %(ends_on)s::date - (day - 1))::date AS first
      FROM generate_series(1, 28) AS day) AS months
LEFT JOIN billing_billingcycle c
  ON c.billing_day = day AND c.starts_on = (first - interval '1 month')::date + shift
LEFT JOIN billing_billingcycle before
  ON before.billing_day = day AND before.starts_on = (first - interval '2 months')::date + shift;
ANALYZE calendar;
