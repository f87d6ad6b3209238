"""A table for what people do at the network engineers' desk."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("provisioning", "0003_know_the_usual_elements_and_number_levels")]

    operations = [
        migrations.CreateModel(
            name="DeskDeed",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "deed",
                    models.CharField(
                        choices=[
                            ("released", "释放预占"),
                            ("retried", "立即重试"),
                            ("controlled", "设置模拟器"),
                            ("closed_ticket", "在 EOMS 完工"),
                        ],
                        max_length=16,
                    ),
                ),
                ("about", models.CharField(max_length=40)),
                ("reason", models.CharField(blank=True, default="", max_length=200)),
                ("detail", models.JSONField(blank=True, default=dict)),
                ("actor_kind", models.CharField(max_length=10)),
                ("actor_number", models.CharField(max_length=60)),
                ("terminal", models.CharField(blank=True, default="", max_length=60)),
                ("at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["about", "-id"], name="deskdeed_about"),
                    models.Index(fields=["deed", "-id"], name="deskdeed_latest"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "deed__in",
                                ["released", "retried", "controlled", "closed_ticket"],
                            )
                        ),
                        name="deskdeed_deed_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("deed", "released"), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="deskdeed_released_for_a_reason",
                    ),
                ],
            },
        )
    ]
