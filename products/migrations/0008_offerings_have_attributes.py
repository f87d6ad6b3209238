"""Offerings have typed attributes, and may be for owners of others only."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

# Whether a value is what an attribute takes: one rule for defaults and for offerings' values.
FITS = """
CREATE FUNCTION products_attribute_fits(
    kind text, low bigint, high bigint, options jsonb, value jsonb
) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE kind
        WHEN 'integer' THEN jsonb_typeof(value) = 'number' AND value::text ~ '^-?[0-9]+$'
            AND (low IS NULL OR value::text::numeric >= low)
            AND (high IS NULL OR value::text::numeric <= high)
        WHEN 'text' THEN jsonb_typeof(value) = 'string'
        WHEN 'boolean' THEN jsonb_typeof(value) = 'boolean'
        WHEN 'choice' THEN options @> jsonb_build_array(value)
        ELSE false
    END
$$
"""
# Judged at the end of the transaction: a release may change a class and its offerings together.
KEEP = """
CREATE FUNCTION products_keep_attributes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    broken text;
BEGIN
    EXECUTE format(
        'SELECT o.code || '' '' || a.name FROM products_offeringattribute v'
        ' JOIN products_classattribute a ON a.id = v.attribute_id'
        ' JOIN products_productoffering o ON o.id = v.offering_id'
        ' WHERE %s = $1 AND (a.product_class_id <> o.product_class_id OR NOT'
        ' products_attribute_fits(a.kind, a.minimum, a.maximum, a.options, v.value)) LIMIT 1',
        TG_ARGV[0]
    ) INTO broken USING NEW.id;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION 'offering_attribute_fits: %', broken USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$
"""
KEPT = {
    "products_offeringattribute": ("INSERT OR UPDATE", "v.id"),
    "products_classattribute": ("UPDATE", "a.id"),
    "products_productoffering": ("UPDATE OF product_class_id", "o.id"),
}


def keep(table: str) -> migrations.RunSQL:
    events, key = KEPT[table]
    return migrations.RunSQL(
        f"CREATE CONSTRAINT TRIGGER offering_attribute_fits AFTER {events} ON {table}"
        f" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"
        f" EXECUTE FUNCTION products_keep_attributes('{key}')",
        f"DROP TRIGGER offering_attribute_fits ON {table}",
    )


def mark(table: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE TRIGGER mark_catalogue_revision "
        f"AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION products_mark_catalogue_revision()",
        f"DROP TRIGGER mark_catalogue_revision ON {table}",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("products", "0007_what_channels_add"),
    ]

    operations = [
        migrations.RunSQL(FITS, "DROP FUNCTION products_attribute_fits"),
        migrations.RunSQL(KEEP, "DROP FUNCTION products_keep_attributes"),
        migrations.CreateModel(
            name="ClassAttribute",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
                ("name", models.CharField(max_length=40)),
                ("label_zh", models.CharField(max_length=200)),
                ("label_en", models.CharField(max_length=200)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("integer", "整数"),
                            ("text", "文本"),
                            ("boolean", "是否"),
                            ("choice", "选项"),
                        ],
                        max_length=12,
                    ),
                ),
                ("unit", models.CharField(blank=True, default="", max_length=20)),
                ("minimum", models.BigIntegerField(blank=True, null=True)),
                ("maximum", models.BigIntegerField(blank=True, null=True)),
                ("options", models.JSONField(blank=True, default=list)),
                ("default", models.JSONField(blank=True, null=True)),
                ("configurable", models.BooleanField(default=False)),
            ],
            options={
                "ordering": ["position"],
            },
        ),
        migrations.CreateModel(
            name="OfferingAttribute",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("value", models.JSONField()),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="offeringeligibility",
            name="eligibility_restricts_somebody",
        ),
        migrations.AddField(
            model_name="offeringeligibility",
            name="owns",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=40),
                blank=True,
                db_default=[],
                default=list,
                size=None,
            ),
        ),
        migrations.AddConstraint(
            model_name="offeringeligibility",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("customer_kinds__len__gt", 0),
                    ("segments__len__gt", 0),
                    ("channels__len__gt", 0),
                    ("regions__len__gt", 0),
                    ("brands__len__gt", 0),
                    ("minimum_months__gt", 0),
                    ("owns__len__gt", 0),
                    _connector="OR",
                ),
                name="eligibility_restricts_somebody",
            ),
        ),
        migrations.AddField(
            model_name="classattribute",
            name="product_class",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="attributes",
                to="products.productclass",
            ),
        ),
        migrations.AddField(
            model_name="offeringattribute",
            name="attribute",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="values",
                to="products.classattribute",
            ),
        ),
        migrations.AddField(
            model_name="offeringattribute",
            name="offering",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="attribute_values",
                to="products.productoffering",
            ),
        ),
        migrations.AddConstraint(
            model_name="classattribute",
            constraint=models.UniqueConstraint(
                fields=("product_class", "name"), name="class_attribute_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="classattribute",
            constraint=models.CheckConstraint(
                condition=models.Q(("name__regex", "^[a-z][a-z0-9_]*$")),
                name="class_attribute_name_form",
            ),
        ),
        migrations.AddConstraint(
            model_name="classattribute",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("label_zh", ""), _negated=True),
                    models.Q(("label_en", ""), _negated=True),
                ),
                name="class_attribute_has_labels",
            ),
        ),
        migrations.AddConstraint(
            model_name="classattribute",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["integer", "text", "boolean", "choice"])),
                name="class_attribute_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="classattribute",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind", "integer"),
                    models.Q(("maximum", None), ("minimum", None)),
                    _connector="OR",
                ),
                name="class_attribute_integer_is_bounded",
            ),
        ),
        migrations.AddConstraint(
            model_name="classattribute",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("minimum", None),
                    ("maximum", None),
                    ("maximum__gte", models.F("minimum")),
                    _connector="OR",
                ),
                name="class_attribute_bounds",
            ),
        ),
        migrations.AddConstraint(
            model_name="classattribute",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "choice"), models.Q(("options", []), _negated=True)),
                    models.Q(models.Q(("kind", "choice"), _negated=True), ("options", [])),
                    _connector="OR",
                ),
                name="class_attribute_choice_has_options",
            ),
        ),
        migrations.AddConstraint(
            model_name="classattribute",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("default__isnull", True),
                    models.Func(
                        "kind",
                        "minimum",
                        "maximum",
                        "options",
                        "default",
                        function="products_attribute_fits",
                        output_field=models.BooleanField(),
                    ),
                    _connector="OR",
                ),
                name="class_attribute_default_fits",
            ),
        ),
        migrations.AddConstraint(
            model_name="offeringattribute",
            constraint=models.UniqueConstraint(
                fields=("offering", "attribute"), name="offering_attribute_once"
            ),
        ),
        mark("products_classattribute"),
        mark("products_offeringattribute"),
        *(keep(table) for table in KEPT),
    ]
