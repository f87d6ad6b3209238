-- A usage record whose batch is rated was charged, once, or waits in quarantine for a person; what a
-- later revision corrects is charged no more; what was charged in several steps sums to its price.
SELECT coalesce(u.key || '/' || u.revision, 'event of usage ' || ev.usage_id) AS name,
       ARRAY[1, 0, coalesce(ev.price, 0), coalesce(ev.revisions, 0)]::numeric[] AS kept,
       ARRAY[(u.id IS NOT NULL
              AND (ev.usage_id IS NOT NULL OR held.usage_id IS NOT NULL OR b.state <> 'rated'))::int,
             CASE WHEN u.revision < later.revision THEN coalesce(ev.quantity, 0) ELSE 0 END,
             coalesce(ev.charge, 0), coalesce(ev.newest + 1, 0)]::numeric[] AS reckoned
FROM billing_usagerecord AS u
JOIN billing_usagebatch AS b ON b.id = u.batch_id
FULL JOIN (
    SELECT e.usage_id, sum(e.charge) AS charge, count(*) AS revisions, max(e.revision) AS newest,
           (array_agg(e.price ORDER BY e.revision DESC))[1] AS price,
           (array_agg(e.quantity ORDER BY e.revision DESC))[1] AS quantity
    FROM billing_ratedevent AS e GROUP BY e.usage_id
) AS ev ON ev.usage_id = u.id
LEFT JOIN (
    SELECT DISTINCT usage_id FROM billing_quarantinedrecord
    WHERE usage_id IS NOT NULL AND state IN ('open', 'discarded')
) AS held ON held.usage_id = u.id
LEFT JOIN (
    SELECT u.key, max(u.revision) AS revision
    FROM billing_usagerecord AS u
    JOIN billing_usagebatch AS b ON b.id = u.batch_id
    WHERE u.revision > 0 AND b.state = 'rated'
    GROUP BY u.key
) AS later ON later.key = u.key
