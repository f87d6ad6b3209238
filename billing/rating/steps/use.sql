-- What each subscriber used of each kind: from when to when, and how much.
SELECT subscriber_id, stream, usage, min(started_at) AS earliest, max(started_at) AS latest,
       sum(quantity) AS quantity
FROM rating_set GROUP BY subscriber_id, stream, usage
