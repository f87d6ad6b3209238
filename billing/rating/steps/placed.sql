-- Each use with the cycle it belongs to, when in the week it began by the operator's clocks, and
-- the price that holds for what of it is not free.
SELECT used.n, used.usage_id, used.kind, used.subscriber_id, used.stream, used.usage,
       used.started_at, used.tie, used.quantity, used.zone, used.roaming, used.amount,
       used.was_rated,
       cycle.id AS cycle_id, cycle.charge_cycle_id, clock.minute,
       profile.subscriptions[choice.subscription_at] AS subscription_id, choice.price_id
FROM rating_set AS used
CROSS JOIN rating_slot AS week
CROSS JOIN LATERAL (
    -- minutes since Monday; the first of January 1970 was a Thursday
    SELECT mod(
        floor(date_part('epoch', used.started_at AT TIME ZONE %(zone)s) / 60)::int + 3 * 1440, 10080
    ) AS minute
) AS clock
LEFT JOIN rating_payer AS payer
       ON payer.subscriber_id = used.subscriber_id
      AND used.started_at >= payer.valid_from AND used.started_at < payer.valid_to
LEFT JOIN rating_cycle AS cycle
       ON cycle.billing_day = payer.billing_day
      AND used.started_at >= cycle.starts_at AND used.started_at < cycle.ends_at
LEFT JOIN rating_profile AS profile
       ON profile.subscriber_id = used.subscriber_id
      AND used.started_at >= profile.valid_from AND used.started_at < profile.valid_to
LEFT JOIN rating_choice AS choice
       ON choice.profile = profile.profile AND choice.usage = used.usage
      AND choice.zone = used.zone AND choice.roaming = used.roaming
      AND choice.slot = width_bucket(clock.minute, week.minutes)
      AND used.kind = 'counts' AND used.quantity > 0
