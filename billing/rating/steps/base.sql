-- What tiered prices had counted in the cycle before, the set's own uses left out.
WITH counted AS MATERIALIZED (
    SELECT DISTINCT used.subscriber_id, used.price_id, used.cycle_id, price.tariff_id,
           price.price_no, cycle.starts_at, cycle.ends_at
    FROM rating_placed AS used
    JOIN rating_price AS price ON price.id = used.price_id AND cardinality(price.above) > 1
    JOIN rating_cycle AS cycle ON cycle.id = used.cycle_id
)
SELECT counted.subscriber_id, counted.price_id, counted.cycle_id, past.quantity
FROM counted
CROSS JOIN LATERAL (
    SELECT sum(event.charged_quantity)::bigint AS quantity
    FROM billing_ratedevent AS event
    WHERE event.subscriber_id = counted.subscriber_id
      AND event.started_at >= counted.starts_at AND event.started_at < counted.ends_at
      AND event.cycle_id = counted.cycle_id AND event.tariff_id = counted.tariff_id
      AND event.price_no = counted.price_no
      AND event.usage_id NOT IN (SELECT old.n FROM rating_old AS old WHERE old.n IS NOT NULL)
      AND NOT EXISTS (SELECT FROM billing_ratedevent AS later
                      WHERE later.usage_id = event.usage_id
                        AND later.revision > event.revision)
) AS past
WHERE past.quantity > 0
