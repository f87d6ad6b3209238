-- The rows that say it. Usage rated for the first time gets one; a price that has changed gets a
-- row of the difference. What moves to another tariff is first taken back where it was charged.
WITH changed AS MATERIALIZED (
    SELECT result.*, old.revision AS old_revision, old.price AS old_price,
           coalesce(old.provider_price, 0) AS old_provider_price,
           old.subscription_id AS old_subscription_id, old.tariff_id AS old_tariff_id,
           old.charge_group AS old_charge_group, old.quantity AS old_quantity,
           old.free_quantity AS old_free_quantity, old.charged_quantity AS old_charged_quantity,
           old.quantity > 0 AS stood,
           old.quantity > 0
               AND (result.kind = 'undone' OR result.unrated IS NOT NULL
                    OR old.tariff_id IS DISTINCT FROM result.tariff_id
                    OR old.subscription_id IS DISTINCT FROM result.subscription_id) AS taken_back,
           ROW(old.quantity, old.free_quantity, old.buckets, old.bucket_quantities, old.price_no,
               old.charged_quantity, old.tier_from, old.price)
               IS NOT DISTINCT FROM
           ROW(result.quantity, result.free_quantity, result.buckets, result.quantities,
               result.price_no, result.charged_quantity, result.tier_from, result.price) AS same
    FROM rating_result AS result
    JOIN rating_old AS old ON old.n = result.n
)
SELECT usage_id, 0::smallint AS revision, subscriber_id, subscription_id, tariff_id, charge_group,
       started_at, cycle_id, charge_cycle_id, quantity, free_quantity, buckets, quantities,
       price_no, charged_quantity, tier_from, price, price AS charge,
       provider_price AS provider_charge, 1 AS more_events, quantity AS more_quantity,
       free_quantity AS more_free, charged_quantity AS more_charged
FROM rating_result AS result
WHERE unrated IS NULL AND NOT EXISTS (SELECT FROM rating_old AS old WHERE old.n = result.n)
UNION ALL
SELECT usage_id, (old_revision + 1)::smallint, subscriber_id, old_subscription_id, old_tariff_id,
       old_charge_group, started_at, cycle_id, charge_cycle_id, 0, 0, NULL, NULL, NULL, 0, NULL, 0,
       -old_price, nullif(-old_provider_price, 0), -1, -old_quantity, -old_free_quantity,
       -old_charged_quantity
FROM changed WHERE taken_back
UNION ALL
SELECT usage_id, (old_revision + 1 + taken_back::int)::smallint, subscriber_id, subscription_id,
       tariff_id, charge_group, started_at, cycle_id, charge_cycle_id, quantity, free_quantity,
       buckets, quantities, price_no, charged_quantity, tier_from, price,
       price - CASE WHEN taken_back THEN 0 ELSE old_price END,
       CASE WHEN provider_price IS NOT NULL
            THEN provider_price - CASE WHEN taken_back THEN 0 ELSE old_provider_price END END,
       CASE WHEN stood AND NOT taken_back THEN 0 ELSE 1 END,
       quantity - CASE WHEN stood AND NOT taken_back THEN old_quantity ELSE 0 END,
       free_quantity - CASE WHEN stood AND NOT taken_back THEN old_free_quantity ELSE 0 END,
       charged_quantity
           - CASE WHEN stood AND NOT taken_back THEN old_charged_quantity ELSE 0 END
FROM changed
WHERE unrated IS NULL AND (taken_back OR NOT same) AND kind <> 'undone'
