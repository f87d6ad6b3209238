-- Take amounts out of the books, each all of it or nothing, and post them. What a gift pays is no
-- revenue and bears no tax. With the last charge of a reservation the rest of it is free again.
part AS MATERIALIZED (
    SELECT book.n, book.id, book.kind, book.held, book.amount, book.reserved,
           coalesce(sum(used.amount), 0) AS taken,
           coalesce(sum(used.amount) FILTER (WHERE used.turn = 0), 0) AS of_held
    FROM book LEFT JOIN used USING (n, id)
    GROUP BY book.n, book.id, book.kind, book.held, book.amount, book.reserved
),
whole AS MATERIALIZED (
    SELECT asked.*, period.id AS period_id, due.amount, coalesce(paid.gift, 0) AS gift,
           CASE WHEN due.amount = 0 THEN 0
                ELSE round(due.tax * (due.amount - coalesce(paid.gift, 0)) / due.amount, 6)
           END AS tax,
           CASE WHEN due.amount > 0
                THEN nextval(pg_get_serial_sequence('billing_journalentry', 'id')) END AS entry_id
    FROM asked
    JOIN due USING (n)
    JOIN billing_accountingperiod AS period
      ON period.starts_at <= %(at)s AND period.ends_at > %(at)s AND period.state = 'open'
    LEFT JOIN (
        SELECT n, sum(taken) AS amount, sum(taken) FILTER (WHERE kind = 'gift') AS gift
        FROM part GROUP BY n
    ) AS paid USING (n)
    WHERE coalesce(paid.amount, 0) = due.amount
),
made AS (
    INSERT INTO billing_balancecharge (
        reference, content_digest, account_id, reservation_id, subscriber_id, usage_id, fee_id,
        charge_group, currency, price, amount, tax, parts, entry_id, charged_at, extension)
    SELECT whole.reference, whole.digest, whole.account_id, whole.reservation_id,
           whole.subscriber_id, whole.usage_id, whole.fee_id, whole.charge_group, whole.currency,
           whole.price, whole.amount, whole.tax,
           (SELECT coalesce(jsonb_agg(jsonb_build_array(id, taken::text) ORDER BY id), '[]')
            FROM part WHERE part.n = whole.n AND taken > 0),
           whole.entry_id, %(at)s, %(extension)s::jsonb
    FROM whole
    ON CONFLICT (reference) DO NOTHING
    RETURNING *
),
emptied AS (
    UPDATE billing_balancebook AS b
    SET amount = part.amount - part.taken,
        reserved = part.reserved - CASE WHEN %(final)s::boolean THEN part.held ELSE part.of_held END
    FROM part JOIN whole USING (n) JOIN made USING (reference)
    WHERE b.id = part.id AND (part.taken > 0 OR part.held > 0)
),
ended AS (
    UPDATE billing_reservation AS r
    SET debited = r.debited + made.amount,
        holds = (SELECT coalesce(jsonb_agg(jsonb_build_array(id, (held - of_held)::text)
                                           ORDER BY id), '[]')
                 FROM part WHERE part.n = whole.n AND held > of_held AND NOT %(final)s::boolean),
        state = CASE WHEN %(final)s::boolean THEN 'debited' ELSE r.state END,
        ended_at = CASE WHEN %(final)s::boolean THEN %(at)s END
    FROM made JOIN whole USING (reference) WHERE r.id = made.reservation_id
),
entry AS (
    INSERT INTO billing_journalentry (
        id, kind, source_kind, source_no, account_id, period_id, posted_at, currency, reason,
        actor_kind, actor_number)
    SELECT made.entry_id, 'charge', 'charge', made.reference, made.account_id, whole.period_id,
           %(at)s, made.currency, '', %(actor_kind)s, %(actor_number)s
    FROM made JOIN whole USING (reference) WHERE made.entry_id > 0
),
posted AS (
    INSERT INTO billing_posting (entry_id, ledger_id, amount, currency, account_id, book_id)
    SELECT made.entry_id, side.ledger_id, side.amount, made.currency, made.account_id, side.book_id
    FROM made JOIN whole USING (reference)
    CROSS JOIN LATERAL (
        SELECT CASE part.kind WHEN 'cash' THEN {cash} WHEN 'gift' THEN {gift}
                              ELSE {dedicated} END AS ledger_id,
               part.taken AS amount, part.id AS book_id
        FROM part WHERE part.n = whole.n
        UNION ALL SELECT {promotion}, -whole.gift, NULL
        UNION ALL SELECT {tax_payable}, -whole.tax, NULL
        UNION ALL SELECT {revenue}, whole.gift + whole.tax - whole.amount, NULL
    ) AS side
    WHERE side.amount <> 0
)
SELECT made.*, account.account_no AS account__account_no, account.name AS account__name,
       account.status AS account__status
FROM made JOIN billing_billingaccount AS account ON account.id = made.account_id
