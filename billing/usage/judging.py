"""预处理: what lines say, and why some of them cannot be taken in; one SELECT over a set.

``judge`` names its inputs as relations: lines of a file, one line of a call, what was in
quarantine are judged by the same words. Everything in a line is text until it has proved to be
what it should be, so no line can break the statement.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from billing.states import Usage
from core.tariff.measures import MEASURE, UNITS

FIELDS = ("key", "revision", "usage", "number", "subscriber", "started_at", "quantity", "unit",
          "zone", "roaming", "peer", "provider", "amount")  # fmt: skip
FUTURE_MINUTES = 60  # clocks of exchanges differ
_MOST = {  # of one record, in its measure: 31 days, 1 PB
    "seconds": 31 * 86400,
    "bytes": 1 << 50,
    "messages": 1_000_000,
    "items": 1_000_000,
}
_BASE = {"seconds": "s", "bytes": "B", "messages": "message", "items": "item"}


def _units() -> str:
    rows = []
    for usage in Usage.values:
        measure = MEASURE.get(usage, "items")
        most, units = _MOST[measure], {**UNITS[measure], _BASE[measure]: 1}
        rows += [f"('{usage}', '{name}', {size}, {most})" for name, size in units.items()]
        rows.append(f"('{usage}', '', 1, {most})")
    return ", ".join(rows)


_CSV = """
SELECT l.line_no, l.content,
       cardinality(f.parts) = {count} AS readable, false AS escapes,
       {columns}
FROM {lines} AS l,
     LATERAL (SELECT string_to_array(coalesce(l.fields, l.content),
                 CASE WHEN l.fields IS NULL THEN ',' ELSE E'\\x1f' END) AS parts) AS f
WHERE btrim(l.content, E' \\t\\r') <> ''
"""
# One flat object: nothing deeper can be written, whatever is asked of the parser.
_JSON = """
SELECT l.line_no, l.content, l.is_object AS readable, strpos(l.content, '\\') > 0 AS escapes,
       {columns}
FROM (SELECT line_no, content,
             CASE WHEN fields IS NULL AND content ~ '^\\s*\\{{[^][{{]*$'
                  THEN pg_input_is_valid(content, 'jsonb') ELSE false END AS is_object
      FROM {lines}) AS l,
     LATERAL json_to_record(CASE WHEN l.is_object THEN l.content::json ELSE '{{}}'::json END)
         AS f({types})
WHERE btrim(l.content, E' \\t\\r') <> ''
"""
# By their letters and not by patterns, which cost more than all the rest together.
_IS_TIME = (
    "{0} LIKE '____-__-__T__:__:__%%' AND length({0}) <= 35"
    " AND (right({0}, 1) = 'Z' OR translate(substr({0}, 20), '+-', '') <> substr({0}, 20))"
    " AND pg_input_is_valid({0}, 'timestamptz')"
)
_IS_WHOLE = "translate({0}, '0123456789', '') = '' AND {0} <> ''"
_IS_PLACE = (
    "translate({0}, 'abcdefghijklmnopqrstuvwxyz0123456789_', '') = '' AND length({0}) <= 40"
    " AND left({0}, 1) BETWEEN 'a' AND 'z'"
)
_IS_KEY = (
    "octet_length(key) <= 80 AND octet_length(key) = length(key)"
    " AND translate(key, E' \\t', '') = key"
)
# Who has had which number from when until when: the present one, and those before it.
_HELD = """(
            SELECT id, subscriber_no, service_number,
                   coalesce(number_since, activated_at, created_at) AS since,
                   terminated_at AS until
            FROM billing_billingsubscriber
            UNION ALL
            SELECT s.id, s.subscriber_no, n.service_number, n.held_from, n.held_to
            FROM billing_formernumber AS n
            JOIN billing_billingsubscriber AS s ON s.id = n.subscriber_id
        )"""
_JUDGED = """
WITH said AS MATERIALIZED ({said}),
units (usage, unit, factor, most) AS (VALUES {units}),
measured AS MATERIALIZED (
    SELECT s.*,
           CASE WHEN {is_time}
                THEN s.started_at::timestamptz END AS began,
           CASE WHEN {is_whole} AND length(s.quantity) <= 30 THEN s.quantity::numeric * u.factor
                END AS amount_used,
           CASE WHEN s.amount ~ '^[0-9]{{1,30}}([.][0-9]{{1,6}})?$' THEN s.amount::numeric
                END AS money,
           u.factor, u.most
    FROM said AS s LEFT JOIN units AS u ON u.usage = s.usage AND u.unit = coalesce(s.unit, '')
),
formal AS MATERIALIZED (
    SELECT m.*, CASE
        WHEN NOT readable THEN 'unreadable'
        WHEN key IS NULL OR NOT ({is_key}) THEN 'bad_key'
        WHEN escapes AND concat(key, number, peer, provider) ~ '[[:cntrl:]]' THEN 'unreadable'
        WHEN revision !~ '^[0-9]{{1,4}}$' THEN 'bad_revision'
        WHEN usage IS NULL OR NOT usage = ANY('{{{usages}}}') THEN 'unknown_usage'
        WHEN coalesce(subscriber, number) IS NULL OR length(coalesce(subscriber, number)) > 40
             OR length(number) > 40 THEN 'bad_number'
        WHEN began IS NULL THEN 'bad_time'
        WHEN began > %(latest)s::timestamptz THEN 'future'
        WHEN began < %(earliest)s::timestamptz THEN 'too_old'
        WHEN factor IS NULL THEN 'wrong_unit'
        WHEN quantity IS NULL OR NOT ({is_whole_quantity}) THEN 'bad_quantity'
        WHEN amount_used IS NULL OR amount_used > most THEN 'overflow'
        WHEN NOT ({is_zone}) OR NOT ({is_roaming}) OR length(peer) > 40 OR length(provider) > 40
            THEN 'bad_place'
        WHEN (usage = 'one_off') <> (amount IS NOT NULL) OR (amount IS NOT NULL AND money IS NULL)
            THEN 'bad_amount'
        WHEN money >= 100000000 THEN 'overflow'
        END AS wrong
    FROM measured AS m
),
owner AS MATERIALIZED (  -- whoever had the number then; of two, who has had it for less long
    SELECT DISTINCT ON (line_no) line_no, id, service_number
    FROM (
        SELECT f.line_no, f.began, h.*
        FROM formal AS f JOIN {held} AS h ON h.service_number = f.number
        WHERE f.wrong IS NULL AND f.subscriber IS NULL
        UNION ALL
        SELECT f.line_no, f.began, h.*
        FROM formal AS f JOIN {held} AS h ON h.subscriber_no = f.subscriber
        WHERE f.wrong IS NULL
    ) AS h
    WHERE (until IS NULL OR until > began) AND since <= began + interval '1 hour'
    ORDER BY line_no, since <= began DESC, since DESC
)
SELECT line_no, f.content, f.key,
       CASE WHEN f.wrong IS NULL THEN coalesce(f.revision::int, 0) END AS revision,
       f.usage, f.began AS started_at,
       CASE WHEN f.wrong IS NULL THEN f.amount_used::bigint END AS quantity,
       coalesce(f.zone, 'domestic') AS zone, coalesce(f.roaming, '') AS roaming,
       coalesce(f.peer, '') AS peer, coalesce(f.provider, '') AS provider, f.money AS amount,
       o.id AS subscriber_id, coalesce(f.number, o.service_number) AS service_number,
       CASE WHEN f.wrong IS NULL AND o.id IS NULL THEN 'unknown_subscriber' ELSE f.wrong END
           AS reason,
       CASE WHEN f.wrong IS NULL AND o.id IS NOT NULL THEN NULL ELSE
            left(CASE f.wrong WHEN 'bad_key' THEN f.key WHEN 'bad_revision' THEN f.revision
                 WHEN 'unknown_usage' THEN f.usage WHEN 'bad_time' THEN f.started_at
                 WHEN 'future' THEN f.started_at WHEN 'too_old' THEN f.started_at
                 WHEN 'wrong_unit' THEN f.unit WHEN 'bad_quantity' THEN f.quantity
                 WHEN 'overflow' THEN concat_ws(' ', f.quantity, f.unit, f.amount)
                 WHEN 'bad_place' THEN concat_ws(' ', f.zone, f.roaming, f.peer, f.provider)
                 WHEN 'bad_amount' THEN f.amount
                 ELSE coalesce(f.subscriber, f.number) END, 60) END AS value,
       CASE WHEN f.wrong IS NULL AND o.id IS NOT NULL THEN NULL
            WHEN f.wrong = 'unreadable' THEN '{{}}'
            ELSE jsonb_strip_nulls(jsonb_build_object({kept})) END AS fields
FROM formal AS f
LEFT JOIN owner AS o USING (line_no)
"""


def judge(lines: str, told: Mapping[str, Any]) -> str:
    """Return the SELECT that judges ``lines``, a relation (line_no, content, fields).

    Its parameters are ``latest`` and ``earliest``, between which use must begin. It gives a row
    for each line that is not blank, with a ``reason`` where it cannot be taken in.
    """
    said = _said_csv(lines, told["columns"]) if told["format"] == "csv" else _said_json(lines)
    return _JUDGED.format(
        said=said,
        units=_units(),
        usages=",".join(Usage.values),
        is_time=_IS_TIME.format("s.started_at"),
        is_whole=_IS_WHOLE.format("s.quantity"),
        is_whole_quantity=_IS_WHOLE.format("quantity"),
        is_key=_IS_KEY,
        held=_HELD,
        is_zone=_IS_PLACE.format("zone"),
        is_roaming=_IS_PLACE.format("roaming"),
        kept=", ".join(f"'{name}', f.{name}" for name in FIELDS),
    )


def _said_csv(lines: str, columns: Sequence[str]) -> str:
    places = {name: number for number, name in enumerate(columns, start=1)}
    picked = ", ".join(
        f"nullif(btrim(f.parts[{places[name]}]), '') AS {name}" if name in places
        else f"NULL::text AS {name}"
        for name in FIELDS
    )  # fmt: skip
    return _CSV.format(lines=lines, count=len(columns), columns=picked)


def _said_json(lines: str) -> str:
    return _JSON.format(
        lines=lines,
        columns=", ".join(f"nullif(btrim(f.{name}), '') AS {name}" for name in FIELDS),
        types=", ".join(f"{name} text" for name in FIELDS),
    )
