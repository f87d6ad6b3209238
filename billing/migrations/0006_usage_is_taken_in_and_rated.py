"""Usage and rating: functions and guards."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("billing", "0005_the_ledger_keeps_itself")]

    operations: list[migrations.operations.base.Operation] = []
