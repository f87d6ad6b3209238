-- What each use takes for nothing: at once where it is sure to get it, else in the order of events
-- among those who share.
SELECT n, quantity AS free_quantity, ARRAY[bucket_id] AS buckets, ARRAY[quantity] AS quantities
FROM rating_offer WHERE sure
UNION ALL
SELECT taken.n, taken.free_quantity, taken.buckets, taken.quantities
FROM (
    SELECT array_agg(
               ROW(stream, n, quantity, all_or_nothing, slot, bucket_id, rest)::billing_offer
               ORDER BY stream, started_at, tie, n, slot) AS offers
    FROM rating_offer WHERE NOT sure GROUP BY mod(stream, 64)
) AS a_lot
CROSS JOIN LATERAL billing_take_free(a_lot.offers) AS taken
