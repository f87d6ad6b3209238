import django.db.models.deletion
from django.db import migrations, models

# Width, case, spaces and the dots of transcribed names make no difference to a clerk.
FOLDED = r"""
CREATE FUNCTION customers_folded(name text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN translate(lower(normalize(name, NFKC)), E'\u2019 \t\r\n\u00B7\u2022\u2027\u30FB', '''')
"""
# The last letter alone is left out: a single letter finds whole names only.
PARTS = """
CREATE FUNCTION customers_name_parts(name text)
RETURNS TABLE (suffix varchar(20), start smallint)
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE ROWS 4 AS $$
SELECT left(substr(folded, place), 20), place
FROM customers_folded(name) folded,
     generate_series(1, greatest(length(folded) - 1, 1)) place
$$
"""
INSERTED = """
CREATE FUNCTION customers_name_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO customers_namepart (suffix, customer_id, start)
    SELECT part.suffix, added.id, part.start
    FROM added CROSS JOIN LATERAL customers_name_parts(added.name) part;
    RETURN NULL;
END $$;
CREATE TRIGGER customer_name_inserted AFTER INSERT ON customers_customer
REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION customers_name_inserted();
"""
# A statement trigger cannot be for one column, and a customer changes in other columns far more
# often than in its name: this one costs those changes nothing.
UPDATED = """
CREATE FUNCTION customers_name_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM customers_namepart known USING customers_name_parts(OLD.name) part
    WHERE known.suffix = part.suffix AND known.customer_id = OLD.id AND known.start = part.start;
    INSERT INTO customers_namepart (suffix, customer_id, start)
    SELECT part.suffix, NEW.id, part.start FROM customers_name_parts(NEW.name) part;
    RETURN NULL;
END $$;
CREATE TRIGGER customer_name_updated AFTER UPDATE OF name ON customers_customer
FOR EACH ROW WHEN (OLD.name <> NEW.name) EXECUTE FUNCTION customers_name_updated();
"""
DELETED = """
CREATE FUNCTION customers_name_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM customers_namepart known
    USING gone CROSS JOIN LATERAL customers_name_parts(gone.name) part
    WHERE known.suffix = part.suffix AND known.customer_id = gone.id AND known.start = part.start;
    RETURN NULL;
END $$;
CREATE TRIGGER customer_name_deleted AFTER DELETE ON customers_customer
REFERENCING OLD TABLE AS gone
FOR EACH STATEMENT EXECUTE FUNCTION customers_name_deleted();
"""
UNDO = {
    FOLDED: "DROP FUNCTION customers_folded(text)",
    PARTS: "DROP FUNCTION customers_name_parts(text)",
    INSERTED: "DROP FUNCTION customers_name_inserted() CASCADE",
    UPDATED: "DROP FUNCTION customers_name_updated() CASCADE",
    DELETED: "DROP FUNCTION customers_name_deleted() CASCADE",
}


class Migration(migrations.Migration):
    dependencies = [("customers", "0003_line_version")]

    operations = [
        migrations.CreateModel(
            name="NamePart",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "suffix",
                        "customer_id",
                        "start",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("suffix", models.CharField(db_collation="C", max_length=20)),
                ("start", models.SmallIntegerField()),
                (
                    "customer",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="customers.customer",
                    ),
                ),
            ],
        ),
        *(migrations.RunSQL(forward, backward) for forward, backward in UNDO.items()),
    ]
