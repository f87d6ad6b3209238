-- The minutes of the week at which a band of a price begins or ends: between two of them the same
-- prices hold.
SELECT array_agg(DISTINCT edge.minute ORDER BY edge.minute) AS minutes
FROM (
    SELECT 0 AS minute
    UNION ALL
    SELECT day * 1440 + minute
    FROM rating_price AS price
    CROSS JOIN generate_series(0, 6) AS day
    CROSS JOIN LATERAL unnest(ARRAY[0, price.opens, price.closes]) AS minute
    WHERE price.opens IS NOT NULL
) AS edge
