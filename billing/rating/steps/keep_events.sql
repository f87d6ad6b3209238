-- The rated events, in the order in which the usage came.
INSERT INTO billing_ratedevent (
    usage_id, revision, subscriber_id, subscription_id, tariff_id, started_at, cycle_id,
    charge_cycle_id, quantity, free_quantity, buckets, bucket_quantities, price_no,
    charged_quantity, tier_from, price, charge, provider_charge, rated_at
)
SELECT usage_id, revision, subscriber_id, subscription_id, tariff_id, started_at, cycle_id,
       charge_cycle_id, quantity, free_quantity, buckets, quantities, price_no,
       charged_quantity, tier_from, price, charge, provider_charge, %(at)s
FROM rating_entry
