-- The books that may pay, each held fast, in the order of their numbers as everywhere. Whoever
-- changes one writes what is read here, not a difference: the row may be newer than the statement,
-- and its rules are first kept for the row as the statement began with it.
SELECT asked.n, b.id, b.kind, b.priority, b.expires_at, b.amount, b.reserved,
       b.amount - b.reserved AS free,
       b.closed_at IS NULL AND b.valid_from <= %(at)s
           AND (b.expires_at IS NULL OR b.expires_at > %(at)s)
           AND (b.charge_groups = '[]' OR b.charge_groups ? asked.charge_group) AS usable,
       coalesce((SELECT sum((hold ->> 1)::numeric) FROM jsonb_array_elements(asked.holds) AS hold
                 WHERE (hold ->> 0)::bigint = b.id), 0) AS held
FROM asked JOIN billing_balancebook AS b USING (account_id, currency)
WHERE b.closed_at IS NULL OR asked.holds <> '[]'
ORDER BY b.id FOR NO KEY UPDATE OF b
