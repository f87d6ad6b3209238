-- Whose tariffs matter: those who used something, and the owners of the groups they are in.
SELECT subscriber_id, stream FROM rating_use GROUP BY subscriber_id, stream
UNION
SELECT owner.subscriber_id, used.stream
FROM (SELECT DISTINCT subscriber_id, stream FROM rating_use WHERE stream < 0) AS used
JOIN billing_groupmember AS member ON member.subscriber_id = used.subscriber_id
JOIN billing_groupmember AS owner ON owner.group_id = member.group_id AND owner.is_owner
