"""The ledger keeps itself: entries balance, rows stay as they are, closed periods stay closed.

A statement trigger with a transition table looks at all rows of one INSERT together: it costs a
fraction of one that fires for each row. So the postings of an entry are inserted in one statement.
"""

from django.db import migrations

SEQUENCES = ("bill_no_seq", "payment_no_seq", "bill_run_no_seq", "invoice_no_seq",
             "adjustment_no_seq", "book_no_seq", "billing_group_no_seq")  # fmt: skip
NUMBER = """
CREATE FUNCTION billing_number(kind text, sequence bigint) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    -- core.numbers.format_number: kind, the system's letter, eight digits, Luhn's check digit
    SELECT kind || 'B' || digits || ((10 - sum(
        CASE WHEN (length(digits) - place) % 2 = 0
             THEN (2 * digit) / 10 + (2 * digit) % 10 ELSE digit END) % 10) % 10)::text
    FROM (SELECT lpad(sequence::text, greatest(8, length(sequence::text)), '0') AS digits) AS d,
         LATERAL (SELECT place, substr(digits, place, 1)::int AS digit
                  FROM generate_series(1, length(digits)) AS place) AS each_digit
    GROUP BY digits
$$
"""
BALANCED = """
CREATE FUNCTION billing_entries_balance() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE wrong bigint;
BEGIN
    SELECT entry_id INTO wrong FROM added
    GROUP BY entry_id, currency HAVING sum(amount) <> 0 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'journal entry % does not balance', wrong
            USING ERRCODE = 'check_violation', CONSTRAINT = 'billing_entries_balance';
    END IF;
    RETURN NULL;
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
    SELECT p.code INTO closed
    FROM (SELECT DISTINCT period_id FROM added) AS a
    LEFT JOIN billing_accountingperiod AS p ON p.id = a.period_id
    WHERE p.id IS NULL OR p.state <> 'open' LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'accounting period % is closed', closed
            USING ERRCODE = 'check_violation', CONSTRAINT = 'billing_period_is_open';
    END IF;
    RETURN NULL;
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
ONLY_ADDED = ("journalentry", "posting", "allocation", "usagerecord", "ratedevent")


def added_to(table: str, name: str, function: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE TRIGGER {name} AFTER INSERT ON billing_{table} "
        f"REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION {function}()",
        f"DROP TRIGGER {name} ON billing_{table}",
    )


def stays(table: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE TRIGGER only_added BEFORE UPDATE OR DELETE ON billing_{table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION billing_refuse_change()",
        f"DROP TRIGGER only_added ON billing_{table}",
    )


class Migration(migrations.Migration):
    dependencies = [("billing", "0004_a_month_is_billed")]

    operations = [
        *(migrations.RunSQL(f"CREATE SEQUENCE {n}", f"DROP SEQUENCE {n}") for n in SEQUENCES),
        migrations.RunSQL(NUMBER, "DROP FUNCTION billing_number(text, bigint)"),
        migrations.RunSQL(BALANCED, "DROP FUNCTION billing_entries_balance()"),
        migrations.RunSQL(PERIOD_OPEN, "DROP FUNCTION billing_period_is_open()"),
        migrations.RunSQL(STAYS, "DROP FUNCTION billing_refuse_change()"),
        added_to("posting", "entries_balance", "billing_entries_balance"),
        added_to("journalentry", "period_is_open", "billing_period_is_open"),
        *(stays(table) for table in ONLY_ADDED),
    ]
