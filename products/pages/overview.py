"""What an offering is: its facts, its attributes, who may have it, where in its life it stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import QueryDict
from django.utils import timezone

from auth_center.actors import Actor
from core.words import said
from products.models import (
    Brand,
    ClassAttribute,
    OfferingAttribute,
    OfferingEligibility,
    OfferingStatusChange,
    ProductOffering,
)
from products.pages.links import address_of
from products.pages.words import (
    ACTORS,
    CUSTOMER_KINDS,
    SEGMENTS,
    label,
    listed,
    moment,
    period,
    worded,
)
from products.states import OFFERING_ARROWS, AttributeKind, OfferingStatus

Content = dict[str, Any]
BOX_WIDTH, BOX_HEIGHT, GAP = 118, 48, 46
MOST_CHANGES = 50


def fill(actor: Actor, offering: ProductOffering, query: QueryDict, at: datetime) -> Content:
    """Show the facts of an offering and its life so far."""
    changes = list(
        OfferingStatusChange.objects.filter(offering=offering).order_by("-changed_at", "-id")[
            :MOST_CHANGES
        ]
    )
    return {
        "description": said(offering.description_zh, offering.description_en),
        "other_description": said(offering.description_en, offering.description_zh),
        "class": said(offering.product_class.name_zh, offering.product_class.name_en),
        "brand": said(offering.brand.name_zh, offering.brand.name_en),
        "sale": period(offering.sale_from, offering.sale_to),
        "created": moment(offering.created_at),
        "changed": moment(offering.changed_at),
        "attributes": _attributes(offering),
        "eligibility": _eligibility(actor, offering),
        "life": draw_life(offering.status, changes),
        "changes": [
            {
                "from": label(OfferingStatus, change.from_status),
                "to": label(OfferingStatus, change.to_status),
                "at": moment(change.changed_at),
                "who": f"{worded(ACTORS, change.actor_kind)} {change.actor_number}",
                "where": " · ".join(one for one in (change.channel, change.terminal) if one),
            }
            for change in changes
        ],
    }


# --- Attributes ----------------------------------------------------------------------------------
def _attributes(offering: ProductOffering) -> list[Content]:
    values = {
        one.attribute_id: one.value for one in OfferingAttribute.objects.filter(offering=offering)
    }
    return [
        {
            "name": one.name,
            "label": said(one.label_zh, one.label_en),
            "value": _value(one, values.get(one.pk, one.default)),
            "usual": one.pk not in values,
            "range": _range(one),
            "configurable": one.configurable,
        }
        for one in ClassAttribute.objects.filter(product_class=offering.product_class_id)
    ]


def _value(attribute: ClassAttribute, value: Any) -> str:
    if value is None:
        return "–"
    if attribute.kind == AttributeKind.BOOLEAN:
        return said("是", "Yes") if value else said("否", "No")
    return f"{value} {attribute.unit}".strip()


def _range(attribute: ClassAttribute) -> str:
    """Return what the values of an attribute may be."""
    if attribute.options:
        return listed([_value(attribute, option) for option in attribute.options])
    least, most = attribute.minimum, attribute.maximum
    if least is not None and most is not None:
        return f"{least}–{_value(attribute, most)}"
    if least is not None:
        return said("至少 ", "at least ") + _value(attribute, least)
    if most is not None:
        return said("至多 ", "at most ") + _value(attribute, most)
    return label(AttributeKind, attribute.kind)


# --- Eligibility ---------------------------------------------------------------------------------
def _eligibility(actor: Actor, offering: ProductOffering) -> list[Content]:
    """Return each condition that must be met; an offering without one is for everybody."""
    row = OfferingEligibility.objects.filter(offering=offering).first()
    if row is None:
        return []
    brands, owned = _names(Brand, row.brands), _names(ProductOffering, row.owns)
    kinds = [worded(CUSTOMER_KINDS, one) for one in row.customer_kinds]
    stated = [
        (said("客户类型", "Customers"), kinds),
        (said("客户群", "Segments"), [worded(SEGMENTS, one) for one in row.segments]),
        (said("受理渠道", "Ordered through"), list(row.channels)),
        (said("客户归属地区", "Regions"), list(row.regions)),
        (said("主体产品的品牌", "Brand of the main product"),
         [brands.get(one, one) for one in row.brands]),
    ]  # fmt: skip
    conditions = [
        {"title": title, "words": said("或", " or ").join(words)}
        for title, words in stated
        if words
    ]
    if row.minimum_months:
        months = row.minimum_months
        words = said(f"满 {months} 个月", f"at least {months} months")
        conditions.append({"title": said("在网时长", "In the network"), "words": words})
    if row.owns:
        links: Any = [
            {"name": owned.get(code, code), "address": address_of(actor, "catalogue_product", code)}
            for code in row.owns
        ]
        conditions.append({"title": said("已有其中之一", "Has one of these"), "links": links})
    return conditions


def _names(table: type[Brand | ProductOffering], codes: list[str]) -> dict[str, str]:
    if not codes:
        return {}
    rows = table.objects.filter(code__in=codes).values_list("code", "name_zh", "name_en")
    return {code: said(zh, en) for code, zh, en in rows}


# --- The life of an offering ---------------------------------------------------------------------
@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A state of life in its place; ``standing`` is done, now, or ahead."""

    x: int
    words: str
    since: str
    standing: str


def draw_life(status: str, changes: list[OfferingStatusChange]) -> Content:
    """Return the arrows of an offering's life, where it stands, and since when."""
    since = {change.to_status: change.changed_at for change in reversed(changes)}
    order = list(OfferingStatus)
    here = order.index(OfferingStatus(status))
    stages = [
        Stage(
            x=1 + place * (BOX_WIDTH + GAP),
            words=label(OfferingStatus, one),
            since=f"{timezone.localtime(since[one]):%Y-%m-%d}" if one in since else "",
            standing="now" if place == here else "done" if place < here else "ahead",
        )
        for place, one in enumerate(order)
    ]
    middle = BOX_HEIGHT / 2
    arrows = []
    for place, one in enumerate(order[1:]):
        left, right = stages[place].x + BOX_WIDTH + 4, stages[place + 1].x - 4
        back = OFFERING_ARROWS.allows(one, order[place])
        y = middle - 7 if back else middle
        arrows.append((f"M{left},{y:g} H{right - 6}", f"M{right - 7},{y - 4:g} l7,4 l-7,4 z"))
        if back:
            y = middle + 7
            arrows.append((f"M{right},{y:g} H{left + 6}", f"M{left + 7},{y - 4:g} l-7,4 l7,4 z"))
    return {
        "stages": stages,
        "arrows": arrows,
        "width": 2 + len(order) * BOX_WIDTH + (len(order) - 1) * GAP,
        "height": BOX_HEIGHT + 2,
        "box_width": BOX_WIDTH,
        "box_height": BOX_HEIGHT,
        "words": said("生命周期: 现在", "Lifecycle: now ") + label(OfferingStatus, status),
    }
