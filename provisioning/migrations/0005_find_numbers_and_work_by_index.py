"""Indexes for whoever looks at millions of numbers and work orders; a running system stays up."""

from django.db import migrations

_INDEXES = {
    # Numbers by their last digits, by level, by region.
    "phonenumber_ending": "provisioning_phonenumber (reverse(msisdn::text) text_pattern_ops)",
    "phonenumber_nice": "provisioning_phonenumber (level_id, msisdn) WHERE level_id IS NOT NULL",
    "phonenumber_region": "provisioning_phonenumber (region, msisdn) WHERE region <> ''",
    # A number's life, and a flow's work.
    "provisioningorder_number": "provisioning_provisioningorder (msisdn, id)",
    "provisioningorder_flow": "provisioning_provisioningorder (flow_no)",
    # Work that ended badly, and work that people have done.
    "workorder_ended_badly": ("provisioning_workorder (id) WHERE state IN ('refused', 'failed')"),
    "workorder_manual_done": (
        "provisioning_workorder (closed_at) WHERE ticket <> '' AND state = 'done'"
    ),
}


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("provisioning", "0004_record_what_is_done_at_the_desk")]

    operations = [
        migrations.RunSQL(
            f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON {columns}",
            f"DROP INDEX CONCURRENTLY IF EXISTS {name}",
        )
        for name, columns in _INDEXES.items()
    ]
