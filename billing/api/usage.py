"""TMF635 usage: what was used, how far it has come, and what it costs."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from auth_center.actors import Actor
from auth_center.scope import shown_to
from billing import permissions, usage
from billing.models import BillingSubscriber, UsageRecord
from billing.states import Usage
from billing.usage.judging import FIELDS
from billing.usage.standing import STATUSES, with_standing
from core.identifiers import uuid7
from core.tariff.measures import MEASURE
from core.tmf import (
    Answer,
    Body,
    Characteristic,
    Choice,
    Constant,
    Context,
    Create,
    Instant,
    Links,
    Moment,
    Reference,
    RelatedParty,
    Resource,
    Text,
    Whole,
    register,
)
from core.tmf.errors import InvalidValue

_TOLD = (*(name for name in FIELDS if name not in ("usage", "started_at")),)


class NewUsage(Body):
    """One use; its key, number, quantity and unit are characteristics, named as in a file."""

    usage_date: Moment
    usage_type: str
    usage_characteristic: list[Characteristic] = []
    related_party: list[RelatedParty] = []
    usage_specification: Reference | None = None


def record_usage(actor: Actor, body: NewUsage, context: Context) -> Answer:
    """Record the use; under the same key it is the record of the first time."""
    said: dict[str, str] = {}
    kept = []
    for number, one in enumerate(body.usage_characteristic):
        if one.name not in _TOLD:
            kept.append(context.raw["usageCharacteristic"][number])
        elif isinstance(one.value, str | int) and not isinstance(one.value, bool):
            said[one.name] = str(one.value)
        else:
            field = f"usageCharacteristic[{number}].value"
            raise InvalidValue(field, "应为文本或整数", "text or a whole number is expected")
    for party in body.related_party:
        if party.role == "subscriber":
            said.setdefault("subscriber", party.id)
    said.setdefault("key", context.external_id or str(uuid7()))
    extension = {name: one for name, one in context.extension.items() if name != "externalId"}
    held, new = usage.record_usage(
        said=usage.Said(
            usage=body.usage_type,
            started_at=body.usage_date.isoformat(),
            quantity=said.pop("quantity", ""),
            key=said.pop("key"),
            **said,
        ),
        extension={**extension, **({"usageCharacteristic": kept} if kept else {})} or None,
        actor=actor,
        at=context.at,
    )
    return Answer(str(held.pk), status=201 if new else 200)


def _of_subscriber(operator: str, numbers: list[str]) -> Q:
    found = BillingSubscriber.objects.filter(subscriber_no__in=numbers)
    meets = Q(subscriber_id__in=found.values("pk"))
    return meets if operator == "eq" else ~meets


def _of_number(operator: str, numbers: list[str]) -> Q:
    """By the subscribers who have the number now: usage itself is found by whose it is."""
    found = BillingSubscriber.objects.filter(service_number__in=numbers)
    meets = Q(subscriber_id__in=found.values("pk"), service_number__in=numbers)
    return meets if operator == "eq" else ~meets


@register
class UsageResource(Resource):
    """Usage, one record each; never changed, but corrected by one of a higher revision."""

    name = "usage"
    type = "Usage"
    base = "/tmf-api/usageManagement/v4/"
    system = "boss"
    about = "话单: told under a key of its source's own; told again it is the same record."
    key = "pk"
    read_permission = permissions.VIEW_USAGE
    extension = "extension"
    arrays = ("usageCharacteristic", "relatedParty", "ratedProductUsage")
    fixed = frozenset({"status", "ratedProductUsage"})
    filters = {
        "usageType": Choice("usage", Usage),
        "usageDate": Instant("started_at"),
        "status": Choice("standing", STATUSES),
        "usageSpecification.id": Choice("usage", Usage),
        "relatedParty.id": Whole(_of_subscriber),
        "relatedParty.role": Constant("subscriber"),
        "key": Text("key"),
        "number": Whole(_of_number),
    }
    sortable = {"id": "pk", "usageDate": "started_at"}
    create = Create(NewUsage, permission=permissions.LOAD_USAGE, call=record_usage)

    def queryset(self, actor: Actor) -> QuerySet[UsageRecord]:
        return shown_to(actor, with_standing(usage.list_usage(actor)))

    def represent(self, row: Any, links: Links) -> dict[str, Any]:
        return {
            "usageDate": row.started_at,
            "usageType": row.usage,
            "status": row.standing,
            "usageSpecification": links.reference("usageSpecification", row.usage),
            "usageCharacteristic": [
                *({"name": name, "value": value} for name, value in _characteristics(row)),
                *(row.extension or {}).get("usageCharacteristic", ()),
            ],
            "relatedParty": [
                {
                    "id": row.subscriber_no,
                    "role": "subscriber",
                    "@referredType": "Subscriber",
                }
            ],
            "ratedProductUsage": [_rated(row)] if row.price is not None else [],
        }


def _characteristics(row: Any) -> list[tuple[str, Any]]:
    told = [
        ("key", row.key),
        ("revision", row.revision),
        ("number", row.service_number),
        ("quantity", row.quantity),
        ("measure", MEASURE.get(row.usage, "items")),
        ("zone", row.zone),
        ("roaming", row.roaming),
        ("peer", row.peer),
        ("provider", row.provider),
        ("amount", None if row.amount is None else f"{row.amount:f}"),
    ]
    return [(name, value) for name, value in told if value not in ("", None)]


def _rated(row: Any) -> dict[str, Any]:
    return {
        "ratingDate": row.rated_at,
        "isBilled": row.standing == "billed",
        "ratingAmountType": "Total",
        "taxIncludedRatingAmount": {"unit": row.currency, "value": row.price},
        "@type": "RatedProductUsage",
    }
