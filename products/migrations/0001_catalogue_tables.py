import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.db.models.constraints
import django.db.models.deletion
import django.db.models.functions.comparison
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        BtreeGistExtension(),
        migrations.CreateModel(
            name="Brand",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=40, unique=True)),
                ("name_zh", models.CharField(max_length=200)),
                ("name_en", models.CharField(max_length=200)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^[A-Z][A-Z0-9]*(-[A-Z0-9]+)*$")),
                        name="brand_code_form",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("name_zh", ""), _negated=True),
                            models.Q(("name_en", ""), _negated=True),
                        ),
                        name="brand_has_names",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CatalogueRevision",
            fields=[
                (
                    "id",
                    models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False),
                ),
                ("number", models.BigIntegerField()),
                ("mark", models.UUIDField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("id", 1)), name="catalogue_revision_is_one_row"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ProductClass",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=40, unique=True)),
                ("name_zh", models.CharField(max_length=200)),
                ("name_en", models.CharField(max_length=200)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^[A-Z][A-Z0-9]*(-[A-Z0-9]+)*$")),
                        name="product_class_code_form",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("name_zh", ""), _negated=True),
                            models.Q(("name_en", ""), _negated=True),
                        ),
                        name="product_class_has_names",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProductOffering",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=40, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("main", "主体产品"),
                            ("addon", "可选产品"),
                            ("bundle", "组合产品"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "charging_mode",
                    models.CharField(
                        blank=True,
                        choices=[("postpaid", "后付费"), ("prepaid", "预付费")],
                        default="",
                        max_length=8,
                    ),
                ),
                ("name_zh", models.CharField(max_length=200)),
                ("name_en", models.CharField(max_length=200)),
                ("description_zh", models.TextField()),
                ("description_en", models.TextField()),
                ("source", models.TextField(blank=True, default="")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("in_design", "设计中"),
                            ("in_test", "测试中"),
                            ("launched", "已上市"),
                            ("retired", "已退市"),
                            ("obsolete", "已废止"),
                        ],
                        default="in_design",
                        max_length=12,
                    ),
                ),
                ("sale_from", models.DateTimeField(blank=True, null=True)),
                ("sale_to", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                (
                    "brand",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="offerings",
                        to="products.brand",
                    ),
                ),
                (
                    "product_class",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="offerings",
                        to="products.productclass",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="OfferingTariff",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "offering",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tariff_links",
                        to="products.productoffering",
                    ),
                ),
            ],
            options={
                "ordering": ["position"],
            },
        ),
        migrations.CreateModel(
            name="OfferingService",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "offering",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="service_links",
                        to="products.productoffering",
                    ),
                ),
            ],
            options={
                "ordering": ["position"],
            },
        ),
        migrations.CreateModel(
            name="Service",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=40, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[("resource", "资源"), ("function", "功能"), ("content", "内容")],
                        max_length=12,
                    ),
                ),
                ("name_zh", models.CharField(max_length=200)),
                ("name_en", models.CharField(max_length=200)),
                ("resource", models.CharField(blank=True, default="", max_length=40)),
                ("provider", models.CharField(blank=True, default="", max_length=200)),
                (
                    "elements",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), size=None
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^[A-Z][A-Z0-9]*(-[A-Z0-9]+)*$")),
                        name="service_code_form",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("name_zh", ""), _negated=True),
                            models.Q(("name_en", ""), _negated=True),
                        ),
                        name="service_has_names",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["resource", "function", "content"])),
                        name="service_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("kind", "resource"), models.Q(("resource", ""), _negated=True)
                            ),
                            models.Q(
                                models.Q(("kind", "resource"), _negated=True), ("resource", "")
                            ),
                            _connector="OR",
                        ),
                        name="service_resource_names_one",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("kind", "content"), models.Q(("provider", ""), _negated=True)
                            ),
                            models.Q(
                                models.Q(("kind", "content"), _negated=True), ("provider", "")
                            ),
                            _connector="OR",
                        ),
                        name="service_content_has_a_provider",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("elements__len__gt", 0)), name="service_has_an_element"
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="productoffering",
            name="services",
            field=models.ManyToManyField(
                related_name="offerings", through="products.OfferingService", to="products.service"
            ),
        ),
        migrations.AddField(
            model_name="offeringservice",
            name="service",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="offering_links",
                to="products.service",
            ),
        ),
        migrations.CreateModel(
            name="Tariff",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=40, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[("rating", "计费资费"), ("accounting", "账务资费")], max_length=12
                    ),
                ),
                ("charge_group", models.CharField(max_length=40)),
                ("name_zh", models.CharField(max_length=200)),
                ("name_en", models.CharField(max_length=200)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^[A-Z][A-Z0-9]*(-[A-Z0-9]+)*$")),
                        name="tariff_code_form",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("name_zh", ""), _negated=True),
                            models.Q(("name_en", ""), _negated=True),
                        ),
                        name="tariff_has_names",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["rating", "accounting"])),
                        name="tariff_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("charge_group", ""), _negated=True),
                        name="tariff_has_a_charge_group",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="productoffering",
            name="tariffs",
            field=models.ManyToManyField(
                related_name="offerings", through="products.OfferingTariff", to="products.tariff"
            ),
        ),
        migrations.AddField(
            model_name="offeringtariff",
            name="tariff",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="offering_links",
                to="products.tariff",
            ),
        ),
        migrations.CreateModel(
            name="TariffVersion",
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
                ("description_zh", models.TextField()),
                ("description_en", models.TextField()),
                (
                    "price_amount",
                    models.DecimalField(blank=True, decimal_places=6, max_digits=18, null=True),
                ),
                ("price_currency", models.CharField(blank=True, default="", max_length=3)),
                ("price_per", models.CharField(blank=True, default="", max_length=20)),
                ("rules_digest", models.CharField(blank=True, default="", max_length=64)),
                (
                    "tariff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="products.tariff",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="OfferingStatusChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("from_status", models.CharField(blank=True, default="", max_length=12)),
                (
                    "to_status",
                    models.CharField(
                        choices=[
                            ("in_design", "设计中"),
                            ("in_test", "测试中"),
                            ("launched", "已上市"),
                            ("retired", "已退市"),
                            ("obsolete", "已废止"),
                        ],
                        max_length=12,
                    ),
                ),
                ("changed_at", models.DateTimeField()),
                ("actor_kind", models.CharField(max_length=12)),
                ("actor_number", models.CharField(max_length=64)),
                ("channel", models.CharField(blank=True, default="", max_length=64)),
                ("terminal", models.CharField(blank=True, default="", max_length=64)),
                (
                    "offering",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="status_changes",
                        to="products.productoffering",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["offering", "changed_at"], name="offering_status_change_order"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="OfferingRelation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("requires", "依赖"),
                            ("excludes", "互斥"),
                            ("replaces", "替代"),
                            ("part_of", "组成"),
                        ],
                        max_length=12,
                    ),
                ),
                ("choice", models.PositiveSmallIntegerField(default=1)),
                ("minimum", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("maximum", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="relations",
                        to="products.productoffering",
                    ),
                ),
                (
                    "target",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="related_from",
                        to="products.productoffering",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("source", "kind", "target"), name="offering_relation_once"
                    ),
                    models.UniqueConstraint(
                        django.db.models.functions.comparison.Least("source", "target"),
                        django.db.models.functions.comparison.Greatest("source", "target"),
                        condition=models.Q(("kind", "excludes")),
                        name="offering_excludes_a_pair_once",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("kind", "replaces"), _negated=True),
                        expressions=[
                            (django.db.models.functions.comparison.Least("source", "target"), "="),
                            (
                                django.db.models.functions.comparison.Greatest("source", "target"),
                                "=",
                            ),
                            (
                                models.Case(
                                    models.When(kind="excludes", then=models.Value(1)),
                                    default=models.Value(0),
                                    output_field=models.SmallIntegerField(),
                                ),
                                "<>",
                            ),
                        ],
                        name="offering_never_needs_what_it_excludes",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("kind", "part_of")),
                        deferrable=django.db.models.constraints.Deferrable["IMMEDIATE"],
                        expressions=[("target", "="), ("choice", "="), ("minimum", "<>")],
                        name="offering_part_choice_has_one_minimum",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("kind", "part_of")),
                        deferrable=django.db.models.constraints.Deferrable["IMMEDIATE"],
                        expressions=[("target", "="), ("choice", "="), ("maximum", "<>")],
                        name="offering_part_choice_has_one_maximum",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["requires", "excludes", "replaces", "part_of"])
                        ),
                        name="offering_relation_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("source", models.F("target")), _negated=True),
                        name="offering_relation_to_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                models.Q(("maximum__gte", models.F("minimum"))),
                                ("kind", "part_of"),
                                ("maximum__gte", 1),
                                ("maximum__isnull", False),
                                ("minimum__isnull", False),
                            ),
                            models.Q(
                                models.Q(("kind", "part_of"), _negated=True),
                                ("maximum", None),
                                ("minimum", None),
                            ),
                            _connector="OR",
                        ),
                        name="offering_parts_are_counted",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="offeringservice",
            constraint=models.UniqueConstraint(
                fields=("offering", "service"), name="offering_service_once"
            ),
        ),
        migrations.AddIndex(
            model_name="productoffering",
            index=models.Index(fields=["status", "sale_from"], name="offering_on_sale"),
        ),
        migrations.AddConstraint(
            model_name="productoffering",
            constraint=models.CheckConstraint(
                condition=models.Q(("code__regex", "^[A-Z][A-Z0-9]*(-[A-Z0-9]+)*$")),
                name="offering_code_form",
            ),
        ),
        migrations.AddConstraint(
            model_name="productoffering",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("name_zh", ""), _negated=True),
                    models.Q(("name_en", ""), _negated=True),
                ),
                name="offering_has_names",
            ),
        ),
        migrations.AddConstraint(
            model_name="productoffering",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["main", "addon", "bundle"])),
                name="offering_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="productoffering",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ["in_design", "in_test", "launched", "retired", "obsolete"])
                ),
                name="offering_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="productoffering",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("charging_mode__in", ["postpaid", "prepaid"]), ("kind", "main")),
                    models.Q(models.Q(("kind", "main"), _negated=True), ("charging_mode", "")),
                    _connector="OR",
                ),
                name="offering_main_has_a_charging_mode",
            ),
        ),
        migrations.AddConstraint(
            model_name="productoffering",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ("in_design", "in_test")),
                    ("sale_from__isnull", False),
                    _connector="OR",
                ),
                name="offering_sold_since",
            ),
        ),
        migrations.AddConstraint(
            model_name="productoffering",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("sale_to", None),
                    models.Q(("sale_from__isnull", False), ("sale_to__gt", models.F("sale_from"))),
                    _connector="OR",
                ),
                name="offering_sale_period",
            ),
        ),
        migrations.AddConstraint(
            model_name="offeringtariff",
            constraint=models.UniqueConstraint(
                fields=("offering", "tariff"), name="offering_tariff_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="tariffversion",
            constraint=models.UniqueConstraint(
                fields=("tariff", "version"), name="tariff_version_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="tariffversion",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                deferrable=django.db.models.constraints.Deferrable["IMMEDIATE"],
                expressions=[
                    ("tariff", "="),
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
                name="tariff_version_no_overlap",
            ),
        ),
        migrations.AddConstraint(
            model_name="tariffversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("version__gt", 0)), name="tariff_version_counts_from_1"
            ),
        ),
        migrations.AddConstraint(
            model_name="tariffversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_to", None), ("valid_to__gt", models.F("valid_from")), _connector="OR"
                ),
                name="tariff_version_period",
            ),
        ),
        migrations.AddConstraint(
            model_name="tariffversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("description_zh", ""), _negated=True),
                    models.Q(("description_en", ""), _negated=True),
                ),
                name="tariff_version_is_described",
            ),
        ),
        migrations.AddConstraint(
            model_name="tariffversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("price_amount", None), ("price_currency", ""), ("price_per", "")),
                    models.Q(
                        ("price_amount__gte", 0),
                        ("price_amount__isnull", False),
                        ("price_currency__regex", "^[A-Z]{3}$"),
                        models.Q(("price_per", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="tariff_version_price_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="tariffversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("rules_digest", ""), ("rules_digest__regex", "^[0-9a-f]{64}$"), _connector="OR"
                ),
                name="tariff_version_rules_digest",
            ),
        ),
    ]
