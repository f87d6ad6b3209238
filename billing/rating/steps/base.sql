-- What tiered prices had counted in the cycle before, the set's own uses left out.
SELECT counted.subscriber_id, counted.tariff_id, counted.price_no, counted.cycle_id,
       sum(event.charged_quantity)::bigint AS quantity
FROM (
    SELECT DISTINCT used.subscriber_id, fit.tariff_id, fit.price_no, used.cycle_id
    FROM rating_fit AS fit JOIN rating_placed AS used ON used.n = fit.n
    WHERE cardinality(fit.above) > 1
) AS counted
JOIN rating_cycle AS cycle ON cycle.id = counted.cycle_id
JOIN billing_ratedevent AS event
  ON event.subscriber_id = counted.subscriber_id AND event.tariff_id = counted.tariff_id
 AND event.price_no = counted.price_no AND event.cycle_id = counted.cycle_id
 AND event.started_at >= cycle.starts_at AND event.started_at < cycle.ends_at
WHERE NOT EXISTS (SELECT FROM billing_ratedevent AS later
                  WHERE later.usage_id = event.usage_id AND later.revision > event.revision)
  AND NOT EXISTS (SELECT FROM rating_set AS used WHERE used.usage_id = event.usage_id)
GROUP BY 1, 2, 3, 4
