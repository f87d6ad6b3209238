"""Indexes the names that were there before the triggers, a batch a transaction."""

from django.db import migrations

BATCH = 20_000
# The lock keeps a name from changing between its being read and its parts' being written; whoever
# waited for it then finds the parts of the old name and takes them away.
INDEX_BATCH = """
WITH batch AS MATERIALIZED (
    SELECT id, name FROM customers_customer WHERE id > %s ORDER BY id LIMIT %s FOR SHARE
), indexed AS (
    INSERT INTO customers_namepart (suffix, customer_id, start)
    SELECT part.suffix, batch.id, part.start
    FROM batch CROSS JOIN LATERAL customers_name_parts(batch.name) part
    ON CONFLICT DO NOTHING
)
SELECT max(id) FROM batch
"""


def index_names(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        last = 0
        while last is not None:
            cursor.execute(INDEX_BATCH, [last, BATCH])
            [last] = cursor.fetchone()
        cursor.execute("ANALYZE customers_namepart")


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("customers", "0004_find_customers_by_part_of_name")]
    operations = [migrations.RunPython(index_names, migrations.RunPython.noop)]
