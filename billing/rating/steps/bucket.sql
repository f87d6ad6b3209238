-- What is left in the buckets before the set takes from them, with what the set had taken when it
-- was rated before given back. ``slot`` is the order of use among those who share: what ends first,
-- then the more specific, then the older subscription's. There is ``plenty`` in one that holds all
-- that was used by those whom it serves.
SELECT bucket.id, has.stream, bucket.subscription_id, bucket.usage, bucket.valid_from,
       bucket.valid_to, item.shared, item.zone, item.roaming, item.opens, item.closes, item.days,
       bucket.rest + coalesce(back.quantity, 0) AS rest,
       bucket.rest + coalesce(back.quantity, 0)
           >= coalesce(CASE WHEN item.shared THEN together.quantity END, own.quantity, 0) AS plenty,
       row_number() OVER (
           PARTITION BY has.stream
           ORDER BY bucket.valid_to, item.specific DESC, bucket.subscription_id,
                    bucket.tariff_id, bucket.item_no, bucket.cycle_starts_at
       )::int AS slot
FROM (
    SELECT id, subscription_id, tariff_id, item_no, usage, cycle_starts_at, valid_from, valid_to,
           quantity AS rest
    FROM rating_fresh
    UNION ALL
    SELECT id, subscription_id, tariff_id, item_no, usage, cycle_starts_at, valid_from, valid_to,
           rest
    FROM rating_held
) AS bucket
JOIN rating_has AS has ON has.subscription_id = bucket.subscription_id
JOIN rating_item AS item
  ON item.tariff_id = bucket.tariff_id AND item.item_no = bucket.item_no
LEFT JOIN rating_use AS own
       ON own.subscriber_id = has.subscriber_id AND own.usage = bucket.usage
LEFT JOIN (SELECT stream, usage, sum(quantity) AS quantity FROM rating_use WHERE stream < 0
           GROUP BY stream, usage) AS together
       ON together.stream = has.stream AND together.usage = bucket.usage
LEFT JOIN rating_back AS back ON back.bucket_id = bucket.id
