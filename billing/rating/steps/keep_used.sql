-- What is used up of the buckets that were there.
UPDATE billing_allowancebucket AS bucket SET used = bucket.used + move.quantity
FROM rating_move AS move
WHERE bucket.id = move.bucket_id
  AND NOT EXISTS (SELECT FROM rating_fresh AS fresh WHERE fresh.id = move.bucket_id)
