"""The audit's rows are only ever added: the database refuses to change, delete or empty them.

An entry's place in the chain is its transaction's number, plus an offset that a restore into
another cluster raises, since transactions are numbered anew there.
"""

from django.db import migrations, models
from django.db.models.expressions import RawSQL

TABLES = ("auth_center_auditentry", "auth_center_auditseal")
REFUSE = """
CREATE FUNCTION auth_center_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit is only ever added to: % on %', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END
$$
"""
OFFSET = "CREATE SEQUENCE auth_center_audit_offset MINVALUE 0 START 0"
PLACE = """
CREATE FUNCTION auth_center_audit_txid() RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    RETURN pg_current_xact_id()::text::bigint
        + (SELECT last_value FROM auth_center_audit_offset);
END
$$
"""


def guard(table: str, name: str, deeds: str) -> migrations.RunSQL:
    # ALWAYS: a session that calls itself a replica is refused, too.
    return migrations.RunSQL(
        [
            f"CREATE TRIGGER {name} BEFORE {deeds} ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION auth_center_refuse_change()",
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}",
        ],
        f"DROP TRIGGER {name} ON {table}",
    )


class Migration(migrations.Migration):
    dependencies = [("auth_center", "0002_sign_on_scheme_and_audit")]

    operations = [
        migrations.RunSQL(OFFSET, "DROP SEQUENCE auth_center_audit_offset"),
        migrations.RunSQL(PLACE, "DROP FUNCTION auth_center_audit_txid()"),
        migrations.RunSQL(
            "ALTER TABLE auth_center_auditentry "
            "ALTER COLUMN txid SET DEFAULT auth_center_audit_txid()",
            "ALTER TABLE auth_center_auditentry "
            "ALTER COLUMN txid SET DEFAULT (pg_current_xact_id()::text)::bigint",
            state_operations=[
                migrations.AlterField(
                    model_name="auditentry",
                    name="txid",
                    field=models.BigIntegerField(db_default=RawSQL("auth_center_audit_txid()", ())),
                )
            ],
        ),
        migrations.AddField(
            model_name="auditseal",
            name="marks",
            field=models.BinaryField(default=b""),
            preserve_default=False,
        ),
        migrations.RunSQL(REFUSE, "DROP FUNCTION auth_center_refuse_change()"),
        *(guard(table, "append_only", "UPDATE OR DELETE") for table in TABLES),
        *(guard(table, "never_emptied", "TRUNCATE") for table in TABLES),
    ]
