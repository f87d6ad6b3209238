-- Take an amount out of the books, all of it or nothing, and post it. What a gift pays is no
-- revenue and bears no tax. With the last charge of a reservation the rest of it is free again.
part AS MATERIALIZED (
    SELECT book.id, book.kind, book.held, book.amount, book.reserved,
           coalesce(sum(used.amount), 0) AS taken,
           coalesce(sum(used.amount) FILTER (WHERE used.turn = 0), 0) AS of_held
    FROM book LEFT JOIN used ON used.id = book.id
    GROUP BY book.id, book.kind, book.held, book.amount, book.reserved
),
whole AS MATERIALIZED (
    SELECT asked.reservation_id, asked.account_id, asked.currency, period.id AS period_id,
           due.amount, paid.gift,
           CASE WHEN due.amount = 0 THEN 0
                ELSE round(due.tax * (due.amount - paid.gift) / due.amount, 6) END AS tax,
           CASE WHEN due.amount > 0
                THEN nextval(pg_get_serial_sequence('billing_journalentry', 'id')) END AS entry_id
    FROM asked
    CROSS JOIN due
    JOIN billing_accountingperiod AS period
      ON period.starts_at <= %(at)s AND period.ends_at > %(at)s AND period.state = 'open'
    CROSS JOIN (
        SELECT coalesce(sum(taken), 0) AS amount,
               coalesce(sum(taken) FILTER (WHERE kind = 'gift'), 0) AS gift
        FROM part
    ) AS paid
    WHERE paid.amount = due.amount
),
made AS (
    INSERT INTO billing_balancecharge (
        reference, content_digest, account_id, reservation_id, subscriber_id, usage_id,
        charge_group, currency, amount, tax, parts, entry_id, charged_at, extension)
    SELECT %(reference)s, %(digest)s, whole.account_id, whole.reservation_id,
           %(subscriber)s::bigint, %(usage_id)s::bigint, %(charge_group)s, whole.currency,
           whole.amount, whole.tax,
           (SELECT coalesce(jsonb_agg(jsonb_build_array(id, taken::text) ORDER BY id), '[]')
            FROM part WHERE taken > 0),
           whole.entry_id, %(at)s, %(extension)s::jsonb
    FROM whole
    ON CONFLICT (reference) DO NOTHING
    RETURNING *
),
emptied AS (
    UPDATE billing_balancebook AS b
    SET amount = part.amount - part.taken,
        reserved = part.reserved - CASE WHEN %(final)s::boolean THEN part.held ELSE part.of_held END
    FROM part, made
    WHERE b.id = part.id AND (part.taken > 0 OR part.held > 0)
),
ended AS (
    UPDATE billing_reservation AS r
    SET debited = r.debited + made.amount,
        holds = (SELECT coalesce(jsonb_agg(jsonb_build_array(id, (held - of_held)::text)
                                           ORDER BY id), '[]')
                 FROM part WHERE held > of_held AND NOT %(final)s::boolean),
        state = CASE WHEN %(final)s::boolean THEN 'debited' ELSE r.state END,
        ended_at = CASE WHEN %(final)s::boolean THEN %(at)s END
    FROM made WHERE r.id = made.reservation_id
),
entry AS (
    INSERT INTO billing_journalentry (
        id, kind, source_kind, source_no, account_id, period_id, posted_at, currency, reason,
        actor_kind, actor_number)
    SELECT whole.entry_id, 'charge', 'charge', made.reference, made.account_id, whole.period_id,
           %(at)s, made.currency, '', %(actor_kind)s, %(actor_number)s
    FROM made JOIN whole USING (entry_id)
),
posted AS (
    INSERT INTO billing_posting (entry_id, ledger_id, amount, currency, account_id, book_id)
    SELECT made.entry_id, side.ledger_id, side.amount, made.currency, made.account_id, side.book_id
    FROM made JOIN whole USING (entry_id)
    CROSS JOIN LATERAL (
        SELECT CASE part.kind WHEN 'cash' THEN {cash} WHEN 'gift' THEN {gift}
                              ELSE {dedicated} END AS ledger_id,
               part.taken AS amount, part.id AS book_id
        FROM part
        UNION ALL SELECT {promotion}, -whole.gift, NULL
        UNION ALL SELECT {tax_payable}, -whole.tax, NULL
        UNION ALL SELECT {revenue}, whole.gift + whole.tax - whole.amount, NULL
    ) AS side
    WHERE side.amount <> 0
)
SELECT * FROM made
