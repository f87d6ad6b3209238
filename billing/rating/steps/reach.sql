-- Which buckets a subscriber reaches and when: those of its own subscriptions, and the shared ones
-- of its group's owner. One with plenty that is always there leaves nothing to those after it; if
-- it is the first, what it gives is ``sure``, whatever the others take.
SELECT reach.*, ample AND slot = first_slot AS sure
FROM (
    SELECT reach.*,
           min(slot) OVER one_place AS first_slot,
           min(slot) FILTER (WHERE ample) OVER one_place AS last_slot
    FROM (
        SELECT reach.subscriber_id, bucket.id AS bucket_id, bucket.slot, bucket.rest,
               bucket.usage, bucket.zone, bucket.roaming, bucket.opens, bucket.closes, bucket.days,
               greatest(reach.valid_from, bucket.valid_from) AS valid_from,
               least(reach.valid_to, bucket.valid_to) AS valid_to,
               bucket.plenty AND bucket.opens IS NULL
                   AND greatest(reach.valid_from, bucket.valid_from) <= reach.earliest
                   AND least(reach.valid_to, bucket.valid_to) > reach.latest AS ample
        FROM (
            SELECT has.subscriber_id, has.subscription_id, has.valid_from, has.valid_to,
                   has.earliest, has.latest, false AS shared
            FROM rating_has AS has
            UNION ALL
            SELECT member.subscriber_id, has.subscription_id,
                   greatest(member.valid_from, owner.valid_from, has.valid_from),
                   least(member.valid_to, owner.valid_to, has.valid_to),
                   has.earliest, has.latest, true
            FROM billing_groupmember AS member
            JOIN billing_groupmember AS owner
              ON owner.group_id = member.group_id AND owner.is_owner
             AND owner.subscriber_id <> member.subscriber_id
            JOIN rating_has AS has ON has.subscriber_id = owner.subscriber_id
            WHERE member.subscriber_id IN (SELECT subscriber_id FROM rating_set WHERE stream < 0)
        ) AS reach
        JOIN rating_bucket AS bucket
          ON bucket.subscription_id = reach.subscription_id AND (bucket.shared OR NOT reach.shared)
        WHERE bucket.rest > 0
          AND greatest(reach.valid_from, bucket.valid_from)
              < least(reach.valid_to, bucket.valid_to)
    ) AS reach
    WINDOW one_place AS (PARTITION BY subscriber_id, usage, zone, roaming)
) AS reach
WHERE last_slot IS NULL OR slot <= last_slot
