-- What tiered prices had counted in the cycle before, the set's own uses left out.
SELECT counted.subscriber_id, counted.price_id, counted.cycle_id, past.quantity
FROM (SELECT DISTINCT subscriber_id, price_id, cycle_id FROM rating_counted) AS counted
JOIN rating_price AS price ON price.id = counted.price_id
JOIN rating_cycle AS cycle ON cycle.id = counted.cycle_id
CROSS JOIN LATERAL (
    SELECT sum(event.charged_quantity)::bigint AS quantity
    FROM billing_ratedevent AS event
    WHERE event.subscriber_id = counted.subscriber_id
      AND event.started_at >= cycle.starts_at AND event.started_at < cycle.ends_at
      AND event.cycle_id = counted.cycle_id AND event.tariff_id = price.tariff_id
      AND event.price_no = price.price_no
      AND event.usage_id NOT IN (SELECT old.n FROM rating_old AS old WHERE old.n IS NOT NULL)
      AND NOT EXISTS (SELECT FROM billing_ratedevent AS later
                      WHERE later.usage_id = event.usage_id
                        AND later.revision > event.revision)
) AS past
WHERE past.quantity > 0
