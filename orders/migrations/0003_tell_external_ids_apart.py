"""A channel's external ids are apart for customers, accounts and orders; open orders by state."""

from django.db import migrations, models

OPEN = [
    "acknowledged", "pending", "held", "inProgress", "assessingCancellation", "pendingCancellation",
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("orders", "0002_when_the_portal_was_answered")]

    operations = [
        migrations.AddField(
            model_name="customerorder",
            name="external_kind",
            field=models.CharField(
                choices=[("customer", "客户"), ("account", "账户"), ("order", "订单")],
                default="order",
                max_length=10,
            ),
        ),
        migrations.RunSQL(
            "UPDATE orders_customerorder SET external_kind = substring(flow FROM 6)"
            " WHERE flow IN ('open_customer', 'open_account') AND external_id <> ''",
            migrations.RunSQL.noop,
        ),
        migrations.RemoveConstraint(
            model_name="customerorder", name="customerorder_once_an_external_id"
        ),
        migrations.AddConstraint(
            model_name="customerorder",
            constraint=models.UniqueConstraint(
                condition=models.Q(("external_id", ""), _negated=True),
                fields=("external_id", "actor_number", "external_kind"),
                name="customerorder_once_an_external_id",
            ),
        ),
        migrations.RemoveIndex(model_name="customerorder", name="customerorder_open"),
        migrations.AddIndex(
            model_name="customerorder",
            index=models.Index(
                condition=models.Q(("state__in", OPEN)),
                fields=["state", "id"],
                name="customerorder_open",
            ),
        ),
    ]
