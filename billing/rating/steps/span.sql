-- From when to when there is usage of those who share with each other, and of which kinds.
SELECT stream, min(earliest) AS earliest, max(latest) AS latest, array_agg(usage) AS usages
FROM (
    SELECT stream, usage, min(earliest) AS earliest, max(latest) AS latest
    FROM rating_use GROUP BY stream, usage
) AS used
GROUP BY stream
