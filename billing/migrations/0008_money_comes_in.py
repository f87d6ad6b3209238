"""Payments and balances: functions and guards."""

from django.db import migrations

CHARGES_STAY = """
CREATE TRIGGER only_added BEFORE UPDATE OR DELETE ON billing_balancecharge
FOR EACH STATEMENT EXECUTE FUNCTION billing_refuse_change()
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0007_bills_are_made_in_sets")]

    operations = [
        migrations.RunSQL(CHARGES_STAY, "DROP TRIGGER only_added ON billing_balancecharge"),
    ]
