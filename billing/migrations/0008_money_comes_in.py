"""Payments and balances: functions and guards."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("billing", "0007_bills_are_made_in_sets")]

    operations: list[migrations.operations.base.Operation] = []
