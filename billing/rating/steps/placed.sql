-- Each use with the cycle it belongs to and when in the week it began, by the operator's clocks.
SELECT used.n, used.usage_id, used.kind, used.subscriber_id, used.stream, used.usage,
       used.started_at, used.tie, used.quantity, used.zone, used.roaming, used.amount,
       cycle.id AS cycle_id, cycle.charge_cycle_id,
       (extract(hour FROM clock.shown) * 60 + extract(minute FROM clock.shown))::int AS minute,
       (extract(isodow FROM clock.shown) - 1)::int AS weekday
FROM rating_set AS used
CROSS JOIN LATERAL (SELECT used.started_at AT TIME ZONE %(zone)s AS shown) AS clock
LEFT JOIN rating_payer AS payer
       ON payer.subscriber_id = used.subscriber_id
      AND used.started_at >= payer.valid_from AND used.started_at < payer.valid_to
LEFT JOIN rating_cycle AS cycle
       ON cycle.billing_day = payer.billing_day
      AND used.started_at >= cycle.starts_at AND used.started_at < cycle.ends_at
