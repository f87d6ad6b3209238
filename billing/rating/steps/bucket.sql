-- What is left in the buckets before the set takes from them, with what the set had taken when it
-- was rated before given back. ``slot`` is the order of use among those who share: what ends first,
-- then the more specific, then the older subscription's.
SELECT bucket.id, has.stream, bucket.subscription_id, bucket.usage, bucket.valid_from,
       bucket.valid_to, bucket.tariff_id, item.shared, item.zone, item.roaming, item.opens,
       item.closes, item.days,
       bucket.quantity - bucket.used + coalesce(back.quantity, 0) AS rest,
       row_number() OVER (
           PARTITION BY has.stream
           ORDER BY bucket.valid_to, item.specific DESC, bucket.subscription_id,
                    bucket.tariff_id, bucket.item_no, bucket.cycle_starts_at
       )::int AS slot
FROM rating_span AS span
JOIN rating_has AS has ON has.stream = span.stream
JOIN rating_item AS item ON item.tariff_id = has.tariff_id
JOIN billing_allowancebucket AS bucket
  ON bucket.subscription_id = has.subscription_id AND bucket.tariff_id = has.tariff_id
 AND bucket.item_no = item.item_no
 AND bucket.valid_from <= span.latest AND bucket.valid_to > span.earliest
LEFT JOIN rating_back AS back ON back.bucket_id = bucket.id
