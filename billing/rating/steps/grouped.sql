-- Subscribers who share with others, and the stream in which they are rated together. The stream
-- of all others is their own: a subscriber's number is positive, a group's negative.
SELECT member.subscriber_id, -min(coalesce(grouping.stream_id, grouping.id)) AS stream
FROM billing_groupmember AS member
JOIN billing_billinggroup AS grouping ON grouping.id = member.group_id
GROUP BY member.subscriber_id
