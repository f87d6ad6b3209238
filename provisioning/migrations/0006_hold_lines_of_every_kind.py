"""Lines and orders say of which kind they are: broadband has neither a mobile number nor a card."""

from django.db import migrations, models

_MOBILE = "mobile"
_ACTIVE = models.Q(("state", "active"))


def _kind():
    return models.CharField(default=_MOBILE, max_length=12)


def _number():
    return models.CharField(blank=True, default="", max_length=40)


class Migration(migrations.Migration):
    dependencies = [("provisioning", "0005_find_numbers_and_work_by_index")]

    operations = [
        migrations.AddField("line", "service_kind", _kind()),
        migrations.AddField("line", "service_number", _number()),
        migrations.AddField("provisioningorder", "service_kind", _kind()),
        migrations.AddField("provisioningorder", "service_number", _number()),
        migrations.AlterField("line", "msisdn", models.CharField(blank=True, max_length=11)),
        migrations.AlterField("line", "iccid", models.CharField(blank=True, max_length=20)),
        migrations.AlterField(
            "provisioningorder", "msisdn", models.CharField(blank=True, max_length=11)
        ),
        migrations.AlterField(
            "provisioningorder", "iccid", models.CharField(blank=True, max_length=20)
        ),
        migrations.RunSQL(
            "UPDATE provisioning_line SET service_number = msisdn", migrations.RunSQL.noop
        ),
        migrations.RunSQL(
            "UPDATE provisioning_provisioningorder SET service_number = msisdn",
            migrations.RunSQL.noop,
        ),
        migrations.RemoveConstraint("line", "line_one_a_number"),
        migrations.RemoveConstraint("line", "line_one_a_card"),
        migrations.AddConstraint(
            "line",
            models.UniqueConstraint(
                condition=_ACTIVE & models.Q(("msisdn", ""), _negated=True),
                fields=("msisdn",),
                name="line_one_a_number",
            ),
        ),
        migrations.AddConstraint(
            "line",
            models.UniqueConstraint(
                condition=_ACTIVE & models.Q(("iccid", ""), _negated=True),
                fields=("iccid",),
                name="line_one_a_card",
            ),
        ),
        migrations.AddConstraint(
            "line",
            models.UniqueConstraint(
                condition=_ACTIVE & models.Q(("service_kind", _MOBILE), _negated=True),
                fields=("service_kind", "service_number"),
                name="line_one_of_a_kind",
            ),
        ),
        migrations.AddConstraint(
            "line",
            models.CheckConstraint(
                condition=models.Q(
                    ("service_kind", _MOBILE), ("service_number", models.F("msisdn"))
                )
                | models.Q(
                    models.Q(("service_kind", _MOBILE), _negated=True),
                    ("iccid", ""),
                    ("msisdn", ""),
                ),
                name="line_numbered_by_its_kind",
            ),
        ),
        migrations.AddConstraint(
            "line",
            models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "active"), _negated=True),
                    models.Q(("service_number", ""), _negated=True),
                    _connector="OR",
                ),
                name="line_active_has_a_number",
            ),
        ),
    ]
