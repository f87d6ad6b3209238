-- What those who share with each other used of each kind: from when to when, and how much.
SELECT stream, usage, min(started_at) AS earliest, max(started_at) AS latest,
       sum(quantity) AS quantity
FROM rating_set GROUP BY stream, usage
