-- The buckets from which something is taken for the first time, in the order of their indexes.
INSERT INTO billing_allowancebucket (
    id, pool_id, subscription_id, tariff_id, item_no, usage, cycle_starts_at, valid_from, valid_to,
    quantity, used
)
SELECT fresh.id, fresh.pool_id, fresh.subscription_id, fresh.tariff_id, fresh.item_no, fresh.usage,
       fresh.cycle_starts_at, fresh.valid_from, fresh.valid_to, fresh.quantity, move.quantity
FROM rating_fresh AS fresh
JOIN rating_move AS move ON move.bucket_id = fresh.id
ORDER BY fresh.subscription_id
