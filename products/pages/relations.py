"""How an offering stands to others: drawn, and as a list beside the drawing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.http import QueryDict

from auth_center.actors import Actor
from core.words import said
from products.models import OfferingRelation, ProductOffering
from products.pages.links import address_of
from products.pages.relation_drawing import LEFT, RIGHT, Group, Node, draw_relations
from products.pages.words import RELATIONS, label, status_tone, worded
from products.states import OfferingStatus, RelationKind

Content = dict[str, Any]
MOST_DRAWN = 6  # of one relation
MOST_LISTED = 100
# Which end of the edge carries the sign: an arrow where it leads, a diamond at the whole.
TIPS = {
    "requires": ("there",), "required_by": ("here",), "excludes": ("here", "there"),
    "replaces": ("there",), "replaced_by": ("here",), "parts": ("here",), "part_of": ("there",),
}  # fmt: skip
STYLES = {"required_by": "requires", "replaced_by": "replaces", "part_of": "parts"}


def fill(actor: Actor, offering: ProductOffering, query: QueryDict, at: datetime) -> Content:
    """Show what an offering requires, excludes, replaces and is made of, and who names it."""
    groups = [*_leading(offering), *_led_here(offering)]
    named = [_named(actor, *group) for group in groups]
    return {
        "groups": named,
        "graph": draw_relations(
            Node(
                title=said(offering.name_zh, offering.name_en),
                note=offering.code,
                tone=status_tone(offering.status),
            ),
            [_drawn(group) for group in named],
        )
        if named
        else None,
    }


Found = tuple[str, str, list[ProductOffering], int]  # relation, remark, offerings, how many


def _leading(offering: ProductOffering) -> Iterable[Found]:
    """Return what an offering itself says, and its parts and what excludes it: never many."""
    both_ways = (RelationKind.EXCLUDES, RelationKind.PART_OF)
    rows = _rows(Q(source=offering) | Q(target=offering, kind__in=both_ways))
    choices: dict[tuple[str, int], list[OfferingRelation]] = defaultdict(list)
    for row in rows.order_by("choice", "id")[: 5 * MOST_LISTED]:
        choices[_relation(row, offering), _choice(row, offering)].append(row)
    order = ("requires", "parts", "excludes", "replaces", "part_of")
    for relation, choice in sorted(choices, key=lambda key: (order.index(key[0]), key[1])):
        found = choices[relation, choice]
        others = [row.target if row.source_id == offering.pk else row.source for row in found]
        yield relation, _remark(relation, found), others, len(others)


def _rows(which: Q) -> QuerySet[OfferingRelation]:
    return OfferingRelation.objects.filter(which).select_related("source", "target")


def _relation(row: OfferingRelation, offering: ProductOffering) -> str:
    if row.kind == RelationKind.PART_OF:
        return "part_of" if row.source_id == offering.pk else "parts"
    return str(row.kind)


def _choice(row: OfferingRelation, offering: ProductOffering) -> int:
    """Return which alternatives belong together: only of requirements and of parts."""
    alternatives = row.kind == RelationKind.REQUIRES or (
        row.kind == RelationKind.PART_OF and row.target_id == offering.pk
    )
    return row.choice if alternatives else 0


def _remark(relation: str, rows: list[OfferingRelation]) -> str:
    if relation == "requires" and len(rows) > 1:
        return said("任选其一", "one of")
    if relation == "parts":
        least, most = rows[0].minimum or 0, rows[0].maximum or 0
        number = str(least) if least == most else f"{least}–{most}"
        if len(rows) == 1:
            return said(f"{number} 个", f"{number} of it")
        return said(f"{number} 个, 从中选", f"{number} of these")
    return ""


def _led_here(offering: ProductOffering) -> Iterable[Found]:
    """Return who requires and who replaces an offering: of a popular one that may be thousands."""
    for kind, relation in (
        (RelationKind.REQUIRES, "required_by"),
        (RelationKind.REPLACES, "replaced_by"),
    ):
        rows = _rows(Q(target=offering, kind=kind))
        others = [row.source for row in rows.order_by("source__code")[:MOST_LISTED]]
        number = rows.count() if len(others) == MOST_LISTED else len(others)
        if others:
            yield relation, "", others, number


def _named(
    actor: Actor, relation: str, remark: str, others: list[ProductOffering], number: int
) -> Content:
    return {
        "relation": relation,
        "title": worded(RELATIONS, relation),
        "remark": remark,
        "number": number,
        "more": number - len(others),
        "others": [
            {
                "code": one.code,
                "name": said(one.name_zh, one.name_en),
                "address": address_of(actor, "catalogue_product", one.code, tab="relations"),
                "status": label(OfferingStatus, one.status),
                "tone": status_tone(one.status),
                "launched": one.status == OfferingStatus.LAUNCHED,
            }
            for one in others
        ],
    }


def _drawn(group: Content) -> Group:
    relation: str = group["relation"]
    others: list[Content] = group["others"]
    drawn = others if len(others) <= MOST_DRAWN else others[: MOST_DRAWN - 1]
    left_out = group["number"] - len(drawn)
    title = f"{group['title']} · {group['remark']}" if group["remark"] else group["title"]
    return Group(
        side=LEFT if relation in ("required_by", "replaced_by", "part_of") else RIGHT,
        kind=STYLES.get(relation, relation),
        title=title,
        nodes=tuple(
            Node(
                title=one["name"],
                note=one["code"] if one["launched"] else f"{one['code']} · {one['status']}",
                address=one["address"],
                tone=one["tone"],
            )
            for one in drawn
        ),
        rest=said(f"另有 {left_out} 个, 见列表", f"and {left_out} more, see the list")
        if left_out
        else "",
        tips=TIPS[relation],
    )
