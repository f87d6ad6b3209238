-- How many subscribers of each part share with others.
SELECT mod(mod(abs(stream), %(lanes)s), %(parts)s), count(*) FROM rating_grouped GROUP BY 1
