-- What the partition comes to.
SELECT jsonb_build_object(
    'bills', (SELECT count(*) FROM made),
    'lines', (SELECT count(*) FROM line),
    'totals', coalesce((SELECT jsonb_object_agg(currency, total::text)
                        FROM (SELECT currency, sum(total) AS total FROM made GROUP BY 1) AS t), '{}'),
    'refused', coalesce((SELECT jsonb_agg(jsonb_build_object('account_no', a.account_no,
                                                             'reason', r.reason))
                         FROM refused r JOIN billing_billingaccount a ON a.id = r.account_id), '[]'))::text;
