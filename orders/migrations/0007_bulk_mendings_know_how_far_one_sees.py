from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0006_find_own_flows_and_those_that_ended_badly")]

    operations = [
        migrations.AddField(
            model_name="bulkmending",
            name="scope",
            field=models.JSONField(blank=True, db_default={}, default=dict),
        ),
    ]
