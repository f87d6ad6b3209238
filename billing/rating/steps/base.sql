-- What tiered prices had counted in the cycle before, the set's own uses left out.
SELECT counted.subscriber_id, counted.price_id, counted.cycle_id,
       sum(event.charged_quantity)::bigint AS quantity
FROM (
    SELECT DISTINCT used.subscriber_id, used.cycle_id, used.price_id, price.tariff_id,
           price.price_no
    FROM rating_placed AS used
    JOIN rating_price AS price ON price.id = used.price_id AND cardinality(price.above) > 1
) AS counted
JOIN rating_cycle AS cycle ON cycle.id = counted.cycle_id
JOIN billing_ratedevent AS event
  ON event.subscriber_id = counted.subscriber_id AND event.tariff_id = counted.tariff_id
 AND event.price_no = counted.price_no AND event.cycle_id = counted.cycle_id
 AND event.started_at >= cycle.starts_at AND event.started_at < cycle.ends_at
WHERE NOT EXISTS (SELECT FROM billing_ratedevent AS later
                  WHERE later.usage_id = event.usage_id AND later.revision > event.revision)
  AND NOT EXISTS (SELECT FROM rating_set AS used WHERE used.usage_id = event.usage_id)
GROUP BY counted.subscriber_id, counted.price_id, counted.cycle_id
