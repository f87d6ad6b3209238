"""Usage and rating: functions and guards.

The price rules' arithmetic is here, once: how a quantity becomes an amount, when a band of the
week is on, how free quantities are used up. Rating's statements are made of it.
"""

from django.db import migrations

PLACE_OF = """
CREATE FUNCTION billing_place_of(rule jsonb) RETURNS TABLE (zone text, roaming text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    -- older rules write where somebody roams as a zone of its own
    SELECT CASE WHEN older THEN 'domestic' ELSE rule ->> 'zone' END,
           CASE WHEN older THEN substr(rule ->> 'zone', 9)
                ELSE coalesce(rule ->> 'roaming', '') END
    FROM (SELECT starts_with(rule ->> 'zone', 'roaming_') AND NOT rule ? 'roaming' AS older) AS w
$$
"""
BAND_OF = """
CREATE FUNCTION billing_band_of(band jsonb)
RETURNS TABLE (opens integer, closes integer, days integer)
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    -- minutes of the day, and a bit for each day of the week from Monday on
    SELECT substr(band ->> 'from', 1, 2)::int * 60 + substr(band ->> 'from', 4, 2)::int,
           substr(band ->> 'to', 1, 2)::int * 60 + substr(band ->> 'to', 4, 2)::int,
           coalesce((SELECT sum(1 << array_position(
                         ARRAY['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], day) - 1)::int
                     FROM jsonb_array_elements_text(band -> 'days') AS day), 127)
$$
"""
IN_BAND = """
CREATE FUNCTION billing_in_band(
    minute integer, weekday integer, opens integer, closes integer, days integer
) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    -- half-open; from a time to the same is the whole day; past midnight it is the day before's
    SELECT CASE WHEN opens IS NULL THEN true
                WHEN opens = closes THEN days & (1 << weekday) <> 0
                WHEN opens < closes
                    THEN minute >= opens AND minute < closes AND days & (1 << weekday) <> 0
                WHEN minute >= opens THEN days & (1 << weekday) <> 0
                ELSE minute < closes AND days & (1 << ((weekday + 6) % 7)) <> 0 END
$$
"""
MONTH_OF = """
CREATE FUNCTION billing_month_of(billing_day integer, local timestamp) RETURNS timestamp
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT date_trunc('month', local - make_interval(days => billing_day - 1))
           + make_interval(days => billing_day - 1)
$$
"""
ROUNDED = """
CREATE FUNCTION billing_rounded(quantity bigint, step bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    -- up to whole steps
    SELECT (quantity + step - 1) / step * step
$$
"""
PART = """
CREATE FUNCTION billing_part(quantity bigint, price numeric, per bigint) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    -- quantity x price / per to six decimals, half up, without an inexact step between
    SELECT div(quantity * price * 2000000 + per, 2::numeric * per) * 0.000001
$$
"""
PARTS = """
CREATE FUNCTION billing_parts(
    counted bigint, quantity bigint, above bigint[], prices numeric[], pers bigint[]
) RETURNS TABLE (tier integer, priced bigint, amount numeric)
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    -- how much of a quantity each tier prices; each part is an amount of its own
    SELECT each.tier, each.upper - each.lower,
           billing_part(each.upper - each.lower, $4[each.tier], $5[each.tier])
    FROM (
        SELECT tier, greatest($1, $3[tier]) AS lower,
               least($1 + $2, coalesce($3[tier + 1], $1 + $2)) AS upper
        FROM generate_subscripts($3, 1) AS tier
    ) AS each
    WHERE each.upper > each.lower
$$
"""
TIERED = """
CREATE FUNCTION billing_tiered(
    counted bigint, quantity bigint, above bigint[], prices numeric[], pers bigint[]
) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(sum(part.amount), 0) FROM billing_parts($1, $2, $3, $4, $5) AS part
$$
"""
OFFER = """
CREATE TYPE billing_offer AS (
    stream bigint, n bigint, quantity bigint, all_or_nothing boolean,
    slot integer, bucket_id bigint, rest bigint
)
"""
TAKE_FREE = """
CREATE FUNCTION billing_take_free(offers billing_offer[])
RETURNS TABLE (n bigint, free_quantity bigint, buckets bigint[], quantities bigint[])
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
-- Goes through what is offered, sorted by stream, event and slot: each event takes what it can
-- from one bucket after another, and leaves the rest to the events after it. One that may only
-- be had for nothing as a whole gives back what it took if that is not enough.
DECLARE
    offer billing_offer;
    stream bigint;
    rests bigint[];
    wanted bigint := 0;
    whole boolean;
    slots integer[];
    rest bigint;
    taken bigint;
BEGIN
    FOREACH offer IN ARRAY offers || ROW(NULL, NULL, 0, false, 1, 0, 0)::billing_offer LOOP
        IF offer.n IS DISTINCT FROM n THEN
            IF buckets IS NOT NULL THEN
                IF whole AND wanted > 0 THEN
                    FOR i IN 1 .. cardinality(slots) LOOP
                        rests[slots[i]] := rests[slots[i]] + quantities[i];
                    END LOOP;
                ELSE
                    RETURN NEXT;
                END IF;
            END IF;
            IF offer.stream IS DISTINCT FROM stream THEN
                stream := offer.stream;
                rests := '{}';
            END IF;
            n := offer.n;
            wanted := offer.quantity;
            whole := offer.all_or_nothing;
            free_quantity := 0;
            buckets := NULL;
            quantities := NULL;
            slots := NULL;
        END IF;
        IF wanted > 0 THEN
            rest := coalesce(rests[offer.slot], offer.rest);
            IF rest > 0 THEN
                taken := least(wanted, rest);
                rests[offer.slot] := rest - taken;
                wanted := wanted - taken;
                free_quantity := free_quantity + taken;
                buckets := buckets || offer.bucket_id;
                quantities := quantities || taken;
                slots := slots || offer.slot;
            END IF;
        END IF;
    END LOOP;
END
$$
"""


def function(text: str, name: str) -> migrations.RunSQL:
    return migrations.RunSQL(text, f"DROP FUNCTION {name}")


class Migration(migrations.Migration):
    dependencies = [("billing", "0005_the_ledger_keeps_itself")]

    operations: list[migrations.operations.base.Operation] = [
        function(PLACE_OF, "billing_place_of(jsonb)"),
        function(BAND_OF, "billing_band_of(jsonb)"),
        function(IN_BAND, "billing_in_band(integer, integer, integer, integer, integer)"),
        function(MONTH_OF, "billing_month_of(integer, timestamp)"),
        function(ROUNDED, "billing_rounded(bigint, bigint)"),
        function(PART, "billing_part(bigint, numeric, bigint)"),
        function(PARTS, "billing_parts(bigint, bigint, bigint[], numeric[], bigint[])"),
        function(TIERED, "billing_tiered(bigint, bigint, bigint[], numeric[], bigint[])"),
        migrations.RunSQL(OFFER, "DROP TYPE billing_offer"),
        function(TAKE_FREE, "billing_take_free(billing_offer[])"),
    ]
