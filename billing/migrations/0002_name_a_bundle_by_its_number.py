"""A part names its bundle's subscription by number: its message may come before the bundle's."""

from django.db import migrations, models

_FILL = """
UPDATE billing_billingsubscription part SET parent_no = bundle.subscription_no
FROM billing_billingsubscription bundle WHERE part.parent_id = bundle.id
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_three_parties_and_tariffs_as_billed")]

    operations = [
        migrations.AddField(
            "billingsubscription",
            "parent_no",
            models.CharField(blank=True, default="", max_length=24, verbose_name="组合订购编号"),
        ),
        migrations.RunSQL(_FILL, migrations.RunSQL.noop),
        migrations.RemoveConstraint(
            "billingsubscription", "billing_subscription_not_its_own_parent"
        ),
        migrations.RemoveIndex("billingsubscription", "billing_subscription_parts"),
        migrations.RemoveField("billingsubscription", "parent"),
        migrations.AddConstraint(
            "billingsubscription",
            models.CheckConstraint(
                condition=models.Q(("parent_no", models.F("subscription_no")), _negated=True),
                name="billing_subscription_not_its_own_parent",
            ),
        ),
        migrations.AddIndex(
            "billingsubscription",
            models.Index(
                condition=models.Q(("parent_no", ""), _negated=True),
                fields=["parent_no"],
                name="billing_subscription_parts",
            ),
        ),
    ]
