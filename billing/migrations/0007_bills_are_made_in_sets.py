"""Bill runs: functions and guards."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("billing", "0006_usage_is_taken_in_and_rated")]

    operations: list[migrations.operations.base.Operation] = []
