-- The buckets that were there.
SELECT held.id, held.subscription_id, held.tariff_id, held.item_no, held.usage,
       held.cycle_starts_at, held.valid_from, held.valid_to, held.quantity - held.used AS rest
FROM rating_has AS has
JOIN billing_allowancebucket AS held
  ON held.subscription_id = has.subscription_id AND held.usage = ANY(has.usages)
 AND held.valid_from <= has.latest AND held.valid_to > has.earliest
