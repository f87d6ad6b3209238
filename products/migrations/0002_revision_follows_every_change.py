"""Give the catalogue a revision that changes in the transaction of whatever changes it."""

from __future__ import annotations

from django.db import migrations

TABLES = (
    "products_brand",
    "products_productclass",
    "products_service",
    "products_tariff",
    "products_tariffversion",
    "products_productoffering",
    "products_offeringservice",
    "products_offeringtariff",
    "products_offeringrelation",
)
FUNCTION = """
CREATE FUNCTION products_mark_catalogue_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO products_cataloguerevision AS revision (id, number, mark)
    VALUES (1, 1, gen_random_uuid())
    ON CONFLICT (id) DO UPDATE SET number = revision.number + 1, mark = gen_random_uuid();
    RETURN NULL;
END
$$
"""
ROW = "INSERT INTO products_cataloguerevision (id, number, mark) VALUES (1, 0, gen_random_uuid())"


def trigger(table: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE TRIGGER mark_catalogue_revision "
        f"AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION products_mark_catalogue_revision()",
        f"DROP TRIGGER mark_catalogue_revision ON {table}",
    )


class Migration(migrations.Migration):
    dependencies = [("products", "0001_catalogue_tables")]

    operations = [
        migrations.RunSQL(ROW, "DELETE FROM products_cataloguerevision"),
        migrations.RunSQL(FUNCTION, "DROP FUNCTION products_mark_catalogue_revision()"),
        *(trigger(table) for table in TABLES),
    ]
