"""A release is a request with its own life; offerings keep their versions."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

# What was handed over before had no second person and no content: it stays in the trace.
FORGET = "DELETE FROM products_cataloguerelease"


class Migration(migrations.Migration):
    dependencies = [("products", "0005_offerings_for_some_only")]

    operations = [
        migrations.RunSQL(FORGET, migrations.RunSQL.noop),
        migrations.RemoveConstraint("cataloguerelease", "release_status_known"),
        migrations.RemoveConstraint("cataloguerelease", "release_answered_when_answered"),
        migrations.RemoveField("cataloguerelease", "revision"),
        migrations.RemoveField("cataloguerelease", "answered_at"),
        migrations.AddField(
            "cataloguerelease",
            "created_by",
            models.CharField(max_length=60, default=""),
            preserve_default=False,
        ),
        migrations.AddField(
            "cataloguerelease",
            "created_at",
            models.DateTimeField(default="2026-01-01T00:00:00Z"),
            preserve_default=False,
        ),
        migrations.CreateModel(
            name="CatalogueOperator",
            fields=[
                (
                    "id",
                    models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False),
                ),
                ("name_zh", models.CharField(max_length=200)),
                ("name_en", models.CharField(max_length=200)),
                ("currency", models.CharField(max_length=3)),
                ("timezone", models.CharField(max_length=60)),
            ],
        ),
        migrations.CreateModel(
            name="OfferingVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveSmallIntegerField()),
                ("valid_from", models.DateTimeField()),
                ("valid_to", models.DateTimeField(blank=True, null=True)),
                ("content", models.JSONField()),
                ("release_no", models.CharField(max_length=24)),
            ],
        ),
        migrations.CreateModel(
            name="ReleaseStep",
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
                            ("drafted", "起草"),
                            ("changed", "修改草稿"),
                            ("requested", "提交发布"),
                            ("accepted", "BOSS接收"),
                            ("configured", "资费与服务配置完成"),
                            ("tested", "测试"),
                            ("launched", "审批并发布"),
                            ("refused", "拒绝"),
                            ("withdrawn", "撤回"),
                        ],
                        max_length=12,
                    ),
                ),
                ("system", models.CharField(max_length=16)),
                ("at", models.DateTimeField()),
                ("actor_kind", models.CharField(max_length=12)),
                ("actor_number", models.CharField(max_length=64)),
                ("channel", models.CharField(blank=True, default="", max_length=64)),
                ("terminal", models.CharField(blank=True, default="", max_length=64)),
                ("note", models.CharField(blank=True, default="", max_length=500)),
            ],
            options={
                "ordering": ["at", "id"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="service",
            name="service_has_an_element",
        ),
        migrations.AddField(
            model_name="cataloguerelease",
            name="approved_by",
            field=models.CharField(blank=True, default="", max_length=60),
        ),
        migrations.AddField(
            model_name="cataloguerelease",
            name="before",
            field=models.JSONField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="cataloguerelease",
            name="clock",
            field=models.IntegerField(default=0),
        ),
        migrations.AddField(
            model_name="cataloguerelease",
            name="closed_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="cataloguerelease",
            name="codes",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=60), default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="cataloguerelease",
            name="configured",
            field=models.JSONField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="cataloguerelease",
            name="content",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="cataloguerelease",
            name="findings",
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name="cataloguerelease",
            name="follows",
            field=models.CharField(blank=True, default="", max_length=24),
        ),
        migrations.AddField(
            model_name="cataloguerelease",
            name="title",
            field=models.CharField(blank=True, default="", max_length=200),
        ),
        migrations.AddField(
            model_name="cataloguerelease",
            name="version",
            field=models.IntegerField(default=1),
        ),
        migrations.AlterField(
            model_name="cataloguerelease",
            name="requested_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="cataloguerelease",
            name="requested_by",
            field=models.CharField(blank=True, default="", max_length=60),
        ),
        migrations.AlterField(
            model_name="cataloguerelease",
            name="status",
            field=models.CharField(
                choices=[
                    ("draft", "草稿"),
                    ("requested", "已提交"),
                    ("accepted", "配置中"),
                    ("configured", "待审批"),
                    ("launched", "已发布"),
                    ("refused", "已拒绝"),
                    ("withdrawn", "已撤回"),
                ],
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="service",
            name="elements",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=20), blank=True, default=list, size=None
            ),
        ),
        migrations.AddIndex(
            model_name="cataloguerelease",
            index=django.contrib.postgres.indexes.GinIndex(
                condition=models.Q(("status__in", ("requested", "accepted", "configured"))),
                fields=["codes"],
                name="release_open_codes",
            ),
        ),
        migrations.AddIndex(
            model_name="cataloguerelease",
            index=models.Index(fields=["-created_at", "-id"], name="release_newest_first"),
        ),
        migrations.AddConstraint(
            model_name="cataloguerelease",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "status__in",
                        [
                            "draft",
                            "requested",
                            "accepted",
                            "configured",
                            "launched",
                            "refused",
                            "withdrawn",
                        ],
                    )
                ),
                name="release_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="cataloguerelease",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status", "draft"), ("requested_at__isnull", False), _connector="OR"
                ),
                name="release_requested_when_it_left_the_draft",
            ),
        ),
        migrations.AddConstraint(
            model_name="cataloguerelease",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("closed_at__isnull", False),
                        ("status__in", ("launched", "refused", "withdrawn")),
                    ),
                    models.Q(
                        models.Q(
                            ("status__in", ("launched", "refused", "withdrawn")), _negated=True
                        ),
                        ("closed_at", None),
                    ),
                    _connector="OR",
                ),
                name="release_closed_when_closed",
            ),
        ),
        migrations.AddConstraint(
            model_name="cataloguerelease",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "launched"), _negated=True),
                    models.Q(
                        models.Q(("approved_by", ""), _negated=True),
                        models.Q(("approved_by", models.F("requested_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="release_launched_by_a_second_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="service",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("elements__len__gt", 0), ("commands_digest", ""), _connector="OR"
                ),
                name="service_has_an_element",
            ),
        ),
        migrations.AddConstraint(
            model_name="catalogueoperator",
            constraint=models.CheckConstraint(
                condition=models.Q(("id", 1)), name="catalogue_operator_is_one_row"
            ),
        ),
        migrations.AddConstraint(
            model_name="catalogueoperator",
            constraint=models.CheckConstraint(
                condition=models.Q(("currency__regex", "^[A-Z]{3}$")),
                name="catalogue_operator_currency",
            ),
        ),
        migrations.AddField(
            model_name="offeringversion",
            name="offering",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="versions",
                to="products.productoffering",
            ),
        ),
        migrations.AddField(
            model_name="releasestep",
            name="release",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="steps",
                to="products.cataloguerelease",
            ),
        ),
        migrations.AddConstraint(
            model_name="offeringversion",
            constraint=models.UniqueConstraint(
                fields=("offering", "version"), name="offering_version_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="offeringversion",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    ("offering", "="),
                    (
                        models.Func(
                            "valid_from",
                            "valid_to",
                            function="TSTZRANGE",
                            output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField(),
                        ),
                        "&&",
                    ),
                ],
                name="offering_version_no_overlap",
            ),
        ),
        migrations.AddConstraint(
            model_name="offeringversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_to", None), ("valid_to__gte", models.F("valid_from")), _connector="OR"
                ),
                name="offering_version_period",
            ),
        ),
        migrations.AddConstraint(
            model_name="releasestep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "deed__in",
                        [
                            "drafted",
                            "changed",
                            "requested",
                            "accepted",
                            "configured",
                            "tested",
                            "launched",
                            "refused",
                            "withdrawn",
                        ],
                    )
                ),
                name="releasestep_deed_known",
            ),
        ),
    ]
