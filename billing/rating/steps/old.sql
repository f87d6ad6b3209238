-- How the set was rated last.
SELECT DISTINCT ON (used.n)
       used.n, event.revision, event.subscription_id, event.tariff_id,
       coalesce(tariff.charge_group, used.usage) AS charge_group, event.quantity,
       event.free_quantity, event.buckets, event.bucket_quantities, event.price_no,
       event.charged_quantity, event.tier_from, event.price,
       sum(event.provider_charge) OVER (PARTITION BY used.n) AS provider_price
FROM rating_set AS used
JOIN billing_ratedevent AS event ON event.usage_id = used.usage_id
LEFT JOIN billing_billingtariff AS tariff ON tariff.id = event.tariff_id
WHERE used.was_rated
ORDER BY used.n, event.revision DESC
