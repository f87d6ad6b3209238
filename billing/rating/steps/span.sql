-- From when to when there is usage of those who share with each other, and of which kinds.
SELECT stream, min(earliest) AS earliest, max(latest) AS latest, array_agg(usage) AS usages
FROM (SELECT stream, usage, min(started_at) AS earliest, max(started_at) AS latest
      FROM rating_set GROUP BY stream, usage) AS each
GROUP BY stream
