-- Whose free usage a subscriber reaches and when: its own, and the shared of its group's owner.
SELECT has.subscriber_id, has.subscription_id, has.valid_from, has.valid_to, false AS shared
FROM rating_has AS has
UNION ALL
SELECT member.subscriber_id, has.subscription_id,
       greatest(member.valid_from, owner.valid_from, has.valid_from),
       least(member.valid_to, owner.valid_to, has.valid_to), true
FROM billing_groupmember AS member
JOIN billing_groupmember AS owner
  ON owner.group_id = member.group_id AND owner.is_owner
 AND owner.subscriber_id <> member.subscriber_id
JOIN rating_has AS has ON has.subscriber_id = owner.subscriber_id
WHERE member.subscriber_id IN (SELECT subscriber_id FROM rating_set WHERE stream < 0)
  AND greatest(member.valid_from, owner.valid_from, has.valid_from)
      < least(member.valid_to, owner.valid_to, has.valid_to)
