-- From when to when there is usage of those who share with each other.
SELECT stream, min(started_at) AS earliest, max(started_at) AS latest
FROM rating_set GROUP BY stream
