"""The sequence of work order numbers; numbers and cards as one list (TMF639)."""

from django.db import migrations

# Without conditions of its own, so that a filter finds its rows, and their order, in the indexes.
_VIEW = """
CREATE VIEW provisioning_resource AS
SELECT msisdn AS name, 'msisdn'::varchar AS category, state, region, level_id
FROM provisioning_phonenumber
UNION ALL
SELECT iccid, 'sim'::varchar, state, region, NULL::varchar
FROM provisioning_simcard
"""

# Django gives every text key a second index for LIKE. Nothing here searches so, and each would be
# written several times an order.
_NO_LIKE_INDEXES = """
DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT indexname FROM pg_indexes WHERE schemaname = current_schema()
        AND tablename IN ('provisioning_phonenumber', 'provisioning_simcard', 'provisioning_line')
        AND right(indexname, 5) = '_like'
    LOOP EXECUTE format('DROP INDEX %I', name); END LOOP;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("provisioning", "0001_hold_numbers_lines_and_work_orders")]

    operations = [
        migrations.RunSQL("CREATE SEQUENCE work_order_no_seq", "DROP SEQUENCE work_order_no_seq"),
        migrations.RunSQL(_NO_LIKE_INDEXES, migrations.RunSQL.noop),
        migrations.RunSQL(_VIEW, "DROP VIEW provisioning_resource"),
    ]
