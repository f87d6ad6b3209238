"""Payments and balances: functions and guards."""

from django.db import migrations

CHARGES_STAY = """
CREATE TRIGGER only_added BEFORE UPDATE OR DELETE ON billing_balancecharge
FOR EACH STATEMENT EXECUTE FUNCTION billing_refuse_change()
"""
# What was told of money stays: only its state moves on, and never back.
TOLD = {
    "payment": "payment_no account_id kind method source reference content_digest currency amount "
    "paid_at recorded_at operator_no refund_of_id",
    "adjustment": "adjustment_no account_id bill_id kind currency amount reason reference "
    "operator_no approved_by created_at",
    "voucher": "serial digest currency amount expires_at",
    "bankline": "file_id line_no serial account_text currency amount paid_at",
}
OVER = {"payment": "reversed", "adjustment": "reversed", "voucher": "used"}


def stays(table: str, columns: str) -> migrations.RunSQL:
    changed = [f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in columns.split()]
    if table in OVER:
        changed.append(f"OLD.state = '{OVER[table]}'")
    return migrations.RunSQL(
        f"CREATE TRIGGER told_stays BEFORE UPDATE ON billing_{table} FOR EACH ROW "
        f"WHEN ({' OR '.join(changed)}) EXECUTE FUNCTION billing_refuse_change()",
        f"DROP TRIGGER told_stays ON billing_{table}",
    )


def is_kept(table: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE TRIGGER is_kept BEFORE DELETE ON billing_{table} FOR EACH ROW "
        f"EXECUTE FUNCTION billing_refuse_change()",
        f"DROP TRIGGER is_kept ON billing_{table}",
    )


class Migration(migrations.Migration):
    dependencies = [("billing", "0007_bills_are_made_in_sets")]

    operations = [
        migrations.RunSQL(CHARGES_STAY, "DROP TRIGGER only_added ON billing_balancecharge"),
        *(stays(table, columns) for table, columns in TOLD.items()),
        *(is_kept(table) for table in ("payment", "adjustment", "voucher")),
    ]
