"""TMF679: what a customer can buy here and now, and why not the rest.

The answer is told at once and not kept: there is nothing to read again under an address.
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from auth_center.actors import Actor
from core.tmf import Body, Characteristic, Context, Create, Endpoint, Identifier, register
from core.tmf.errors import InvalidValue, MissingValue
from orders.qualifying import Inquiry, Possibility, list_possibilities
from products.permissions import VIEW_OFFERING
from products.values import OfferingTerms

BASE = "/tmf-api/productOfferingQualification/v4"
CATALOGUE = "/tmf-api/productCatalogManagement/v4"


class Reference(Body):
    """A reference to something of ours by its id."""

    id: Identifier


class PartyReference(Body):
    """Who would buy: the party whose role is customer."""

    id: Identifier
    role: str = "customer"


class ProductBody(Body):
    """For which subscriber it is asked; a new one where none is named."""

    product_characteristic: list[Characteristic] = []


class SearchCriteria(Body):
    """What is looked for; the whole catalogue where nothing is said."""

    category: list[Reference] | Reference | None = None
    product_offering: list[Reference] | Reference | None = None
    product: ProductBody | None = None


class QueryBody(Body):
    """Who asks for whom, over which channel, and what is looked for.

    ``subscriber`` among the product's characteristics names one of the customer's subscribers,
    ``chargingMode`` how a new one would be paid for, unless ``billingAccount`` says so.
    """

    related_party: list[PartyReference]
    channel: Reference | None = None
    billing_account: Reference | None = None
    product: ProductBody | None = None
    search_criteria: SearchCriteria | None = None
    provide_only_available: bool = False
    provide_result_reason: bool = True


class CheckItem(Body):
    """One offering to be judged."""

    id: Identifier
    product_offering: Reference
    product: ProductBody | None = None


class CheckBody(Body):
    """Who asks for whom, and which offerings are to be judged."""

    related_party: list[PartyReference]
    product_offering_qualification_item: list[CheckItem]
    channel: Reference | None = None
    billing_account: Reference | None = None
    product: ProductBody | None = None
    provide_result_reason: bool = True


def query(actor: Actor, body: QueryBody, context: Context) -> dict[str, Any]:
    """Judge the whole catalogue, or the part of it that is looked for."""
    criteria = body.search_criteria or SearchCriteria()
    product = criteria.product or body.product
    found = list_possibilities(_inquiry(body, product), actor=actor, at=context.at)
    classes, codes = _ids(criteria.category), _ids(criteria.product_offering)
    items = [
        _item(one, str(number), body.provide_result_reason, context)
        for number, one in enumerate(
            (
                one
                for one in found
                if (not classes or one.terms.product_class in classes)
                and (not codes or one.terms.code in codes)
                and not (body.provide_only_available and one.refusals)
            ),
            start=1,
        )
    ]
    return _answer(context, "QueryProductOfferingQualification") | {
        "qualifiedProductOfferingItem": items
    }


def check(actor: Actor, body: CheckBody, context: Context) -> dict[str, Any]:
    """Judge the offerings that are named, each by itself."""
    named = body.product_offering_qualification_item
    if not 1 <= len(named) <= 100:
        raise InvalidValue("productOfferingQualificationItem", "应为 1 至 100 项", "1 to 100 items")
    possible: dict[str, dict[str, Possibility]] = {}
    items = []
    for number, item in enumerate(named):
        inquiry = _inquiry(body, item.product or body.product)
        if inquiry.subscriber_no not in possible:
            found = list_possibilities(inquiry, actor=actor, at=context.at)
            possible[inquiry.subscriber_no] = {one.terms.code: one for one in found}
        one = possible[inquiry.subscriber_no].get(item.product_offering.id)
        if one is None:
            raise InvalidValue(
                f"productOfferingQualificationItem[{number}].productOffering.id",
                "没有这样的在售产品",
                "there is no such offering in the market",
            )
        items.append(_item(one, item.id, body.provide_result_reason, context))
    results = {one["qualificationItemResult"] for one in items}
    whole = "qualified" if results == {"qualified"} else "unqualified"
    return _answer(context, "CheckProductOfferingQualification") | {
        "qualificationResult": whole,
        "productOfferingQualificationItem": items,
    }


def _inquiry(body: QueryBody | CheckBody, product: ProductBody | None) -> Inquiry:
    customers = [party.id for party in body.related_party if party.role.lower() == "customer"]
    if not customers:
        raise MissingValue(field="relatedParty", name="relatedParty (role customer)")
    said = {one.name: one.value for one in product.product_characteristic} if product else {}
    mode = said.get("chargingMode", "")
    if mode not in ("", "prepaid", "postpaid"):
        raise InvalidValue(
            "product.productCharacteristic.chargingMode",
            "应为 prepaid 或 postpaid",
            "prepaid or postpaid is expected",
        )
    subscriber = said.get("subscriber", "")
    if not isinstance(subscriber, str):
        raise InvalidValue(
            "product.productCharacteristic.subscriber", "应为文本", "text is expected"
        )
    return Inquiry(
        customer_no=customers[0],
        subscriber_no=subscriber,
        account_no=body.billing_account.id if body.billing_account else "",
        channel=body.channel.id if body.channel else "",
        charging_mode=mode,
    )


def _ids(said: list[Reference] | Reference | None) -> set[str]:
    if said is None:
        return set()
    return {one.id for one in (said if isinstance(said, list) else [said])}


def _answer(context: Context, type: str) -> dict[str, Any]:
    """Return what was asked, as asked, and that it is answered."""
    return {
        **context.raw,
        "id": str(uuid4()),
        "state": "done",
        "effectiveQualificationDate": context.at,
        "instantSyncQualification": True,
        "@type": type,
    }


def _item(one: Possibility, id: str, with_reasons: bool, context: Context) -> dict[str, Any]:
    item: dict[str, Any] = {
        "id": id,
        "state": "done",
        "qualificationItemResult": "unqualified" if one.refusals else "qualified",
        "productOffering": {
            "id": one.terms.code,
            "href": context.links.href_under(f"{CATALOGUE}/productOffering", one.terms.code),
            "name": _name(one.terms, context),
            "@referredType": "ProductOffering",
        },
        "category": {
            "id": one.terms.product_class,
            "href": context.links.href_under(f"{CATALOGUE}/category", one.terms.product_class),
            "@referredType": "Category",
        },
        "@type": "ProductOfferingQualificationItem",
    }
    if with_reasons:
        item["eligibilityUnavailabilityReason"] = [
            {"code": refusal.code, "label": refusal.words(context.language)}
            for refusal in one.refusals
        ]
    return item


def _name(terms: OfferingTerms, context: Context) -> str:
    return terms.name_zh if context.language == "zh" else terms.name_en


@register
class QueryProductOfferingQualification(Endpoint):
    """What can this customer buy here, now, and why not the rest."""

    path = f"{BASE}/queryProductOfferingQualification"
    system = "crm"
    tag = "productOfferingQualification"
    about = "可订资格: every offering in the market, qualified or with the reasons against it."
    post = Create(QueryBody, permission=VIEW_OFFERING, call=query, about="Judged at once")


@register
class CheckProductOfferingQualification(Endpoint):
    """Can this customer buy these offerings here and now."""

    path = f"{BASE}/checkProductOfferingQualification"
    system = "crm"
    tag = "productOfferingQualification"
    about = "可订资格: the offerings that are named, qualified or with the reasons against them."
    post = Create(CheckBody, permission=VIEW_OFFERING, call=check, about="Judged at once")
