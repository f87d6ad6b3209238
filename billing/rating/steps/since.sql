-- From when on those who share with each other are touched by what came.
SELECT stream, usage, min(started_at) AS earliest FROM rating_set GROUP BY stream, usage
