"""Say who may have an offering, and let the catalogue's revision follow what is said."""

from __future__ import annotations

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

MARK = """
CREATE TRIGGER mark_catalogue_revision
AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON products_offeringeligibility
FOR EACH STATEMENT EXECUTE FUNCTION products_mark_catalogue_revision()
"""


def listed(length: int) -> django.contrib.postgres.fields.ArrayField:
    return django.contrib.postgres.fields.ArrayField(
        base_field=models.CharField(max_length=length), blank=True, default=list, size=None
    )


class Migration(migrations.Migration):
    dependencies = [("products", "0004_services_mark_their_commands")]

    operations = [
        migrations.CreateModel(
            name="OfferingEligibility",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("customer_kinds", listed(20)),
                ("segments", listed(40)),
                ("channels", listed(64)),
                ("regions", listed(40)),
                ("brands", listed(40)),
                ("minimum_months", models.PositiveSmallIntegerField(default=0)),
                (
                    "offering",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="eligibility",
                        to="products.productoffering",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "offering eligibilities",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("customer_kinds__contained_by", ["person", "organisation"])
                        ),
                        name="eligibility_customer_kinds_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("customer_kinds__len__gt", 0),
                            ("segments__len__gt", 0),
                            ("channels__len__gt", 0),
                            ("regions__len__gt", 0),
                            ("brands__len__gt", 0),
                            ("minimum_months__gt", 0),
                            _connector="OR",
                        ),
                        name="eligibility_restricts_somebody",
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            MARK, "DROP TRIGGER mark_catalogue_revision ON products_offeringeligibility"
        ),
    ]
