"""The ledger keeps itself: entries balance, rows stay as they are, closed periods stay closed.

A statement trigger with a transition table looks at all rows of one INSERT together: it costs a
fraction of one that fires for each row. So the postings of an entry are inserted in one statement.
"""

from django.db import migrations

SEQUENCES = ("bill_no_seq", "payment_no_seq", "bill_run_no_seq", "invoice_no_seq",
             "adjustment_no_seq", "book_no_seq", "billing_group_no_seq")  # fmt: skip
# Luhn by arithmetic, for a bill run numbers a million: from the right every other digit doubled.
PLACES = " + ".join(
    f"2 * (sequence / {10**place} % 10) + sequence / {10**place} % 10 / 5"
    if place % 2 == 0
    else f"sequence / {10**place} % 10"
    for place in range(18)
)
NUMBER = f"""
CREATE FUNCTION billing_number(kind text, sequence bigint) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    -- core.numbers.format_number: kind, the system's letter, eight digits, Luhn's check digit
    SELECT kind || 'B' || lpad(sequence::text, greatest(8, length(sequence::text)), '0')
           || ((10 - ({PLACES}) % 10) % 10)::text
$$
"""
BALANCED = """
CREATE FUNCTION billing_entries_balance() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE wrong record;
BEGIN
    -- an entry takes no more postings once its period is closed, however they may balance
    SELECT a.entry_id, a.rest, e.id, p.code INTO wrong
    FROM (SELECT entry_id, currency, sum(amount) AS rest
          FROM added GROUP BY entry_id, currency) AS a
    LEFT JOIN billing_journalentry AS e ON e.id = a.entry_id AND e.currency = a.currency
    LEFT JOIN billing_accountingperiod AS p ON p.id = e.period_id
    WHERE a.rest <> 0 OR p.state IS DISTINCT FROM 'open' LIMIT 1;
    IF NOT FOUND THEN
        RETURN NULL;
    ELSIF wrong.rest <> 0 THEN
        RAISE EXCEPTION 'journal entry % does not balance', wrong.entry_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'billing_entries_balance';
    ELSIF wrong.id IS NULL THEN
        RAISE EXCEPTION 'there is no journal entry % in that currency', wrong.entry_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'billing_entries_balance';
    END IF;
    RAISE EXCEPTION 'accounting period % is closed', wrong.code
        USING ERRCODE = 'check_violation', CONSTRAINT = 'billing_period_is_open';
END
$$
"""
PERIOD_OPEN = """
CREATE FUNCTION billing_period_is_open() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE closed text;
BEGIN
    -- FOR SHARE: a period is not closed while something is being posted into it
    PERFORM 1 FROM billing_accountingperiod
    WHERE id IN (SELECT DISTINCT period_id FROM added) FOR SHARE;
    SELECT coalesce(p.code, 'of no name') INTO closed
    FROM (SELECT period_id, min(posted_at) AS first_at, max(posted_at) AS last_at
          FROM added GROUP BY period_id) AS a
    LEFT JOIN billing_accountingperiod AS p ON p.id = a.period_id
    WHERE p.id IS NULL OR p.state <> 'open'
       OR a.first_at < p.starts_at OR a.last_at >= p.ends_at LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'accounting period % is closed, or not the one of that instant', closed
            USING ERRCODE = 'check_violation', CONSTRAINT = 'billing_period_is_open';
    END IF;
    RETURN NULL;
END
$$
"""
PERIODS_CLOSE_IN_ORDER = """
CREATE FUNCTION billing_periods_close_in_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF EXISTS (SELECT FROM billing_accountingperiod
                   WHERE state = 'closed' AND starts_at >= NEW.starts_at) THEN
            RAISE EXCEPTION 'accounting period % lies before one that is closed', NEW.code
                USING ERRCODE = 'check_violation', CONSTRAINT = 'billing_periods_close_in_order';
        END IF;
    ELSIF TG_OP = 'DELETE' OR OLD.state = 'closed'
          OR (NEW.code, NEW.starts_at, NEW.ends_at) <> (OLD.code, OLD.starts_at, OLD.ends_at) THEN
        RAISE EXCEPTION 'accounting period % stays as it is', OLD.code
            USING ERRCODE = 'check_violation', CONSTRAINT = 'billing_periods_close_in_order';
    ELSIF NEW.state = 'closed' AND EXISTS (
            SELECT FROM billing_accountingperiod
            WHERE state = 'open' AND starts_at < NEW.starts_at) THEN
        RAISE EXCEPTION 'a period before % is open', NEW.code
            USING ERRCODE = 'check_violation', CONSTRAINT = 'billing_periods_close_in_order';
    END IF;
    RETURN coalesce(NEW, OLD);
END
$$
"""
STAYS = """
CREATE FUNCTION billing_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is only ever added to: %', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'insufficient_privilege';
END
$$
"""
ONLY_ADDED = ("journalentry", "posting", "allocation", "usagerecord", "ratedevent", "periodtotal")
NEVER_EMPTIED = ("journalentry", "posting", "allocation", "accountingperiod", "periodtotal")


def guard(table: str, name: str, when: str, function: str) -> migrations.RunSQL:
    # ALWAYS: a session that calls itself a replica is refused, too.
    return migrations.RunSQL(
        [
            f"CREATE TRIGGER {name} {when.format(table=table)} EXECUTE FUNCTION {function}()",
            f"ALTER TABLE billing_{table} ENABLE ALWAYS TRIGGER {name}",
        ],
        f"DROP TRIGGER {name} ON billing_{table}",
    )


ADDED = "AFTER INSERT ON billing_{table} REFERENCING NEW TABLE AS added FOR EACH STATEMENT"
CHANGED = "BEFORE UPDATE OR DELETE ON billing_{table} FOR EACH STATEMENT"
EMPTIED = "BEFORE TRUNCATE ON billing_{table} FOR EACH STATEMENT"
TOUCHED = "BEFORE INSERT OR UPDATE OR DELETE ON billing_{table} FOR EACH ROW"


class Migration(migrations.Migration):
    dependencies = [("billing", "0004_a_month_is_billed")]

    operations = [
        *(migrations.RunSQL(f"CREATE SEQUENCE {n}", f"DROP SEQUENCE {n}") for n in SEQUENCES),
        migrations.RunSQL(NUMBER, "DROP FUNCTION billing_number(text, bigint)"),
        migrations.RunSQL(BALANCED, "DROP FUNCTION billing_entries_balance()"),
        migrations.RunSQL(PERIOD_OPEN, "DROP FUNCTION billing_period_is_open()"),
        migrations.RunSQL(STAYS, "DROP FUNCTION billing_refuse_change()"),
        migrations.RunSQL(PERIODS_CLOSE_IN_ORDER, "DROP FUNCTION billing_periods_close_in_order()"),
        guard("posting", "entries_balance", ADDED, "billing_entries_balance"),
        guard("journalentry", "period_is_open", ADDED, "billing_period_is_open"),
        guard(
            "accountingperiod", "periods_close_in_order", TOUCHED, "billing_periods_close_in_order"
        ),
        *(guard(table, "only_added", CHANGED, "billing_refuse_change") for table in ONLY_ADDED),
        *(
            guard(table, "never_emptied", EMPTIED, "billing_refuse_change")
            for table in NEVER_EMPTIED
        ),
    ]
