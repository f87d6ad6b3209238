-- Hold an amount, all of it or nothing; a reference that is known already changes nothing.
made AS (
    INSERT INTO billing_reservation (
        reference, content_digest, account_id, subscriber_id, usage, quantity, charge_group, told,
        currency, amount, debited, holds, state, reserved_at, expires_at, extension)
    SELECT asked.reference, asked.digest, asked.account_id, asked.subscriber_id, %(usage)s,
           %(quantity)s::bigint, asked.charge_group, %(told)s::jsonb, asked.currency, due.amount, 0,
           (SELECT coalesce(jsonb_agg(jsonb_build_array(id, amount::text) ORDER BY id), '[]')
            FROM used),
           'open', %(at)s, %(expires_at)s, %(extension)s::jsonb
    FROM asked JOIN due USING (n)
    WHERE due.amount = (SELECT coalesce(sum(amount), 0) FROM used)
    ON CONFLICT (reference) DO NOTHING
    RETURNING *
),
held AS (
    UPDATE billing_balancebook AS b
    SET amount = book.amount, reserved = book.reserved + used.amount
    FROM used JOIN book USING (id), made WHERE b.id = book.id
)
SELECT made.*, account.account_no AS account__account_no, account.name AS account__name,
       account.status AS account__status
FROM made JOIN billing_billingaccount AS account ON account.id = made.account_id
