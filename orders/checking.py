"""Whether offerings may be had, by whom and with what: every reason against it at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from django.conf import settings

from core.errors import Conflict, DomainError
from core.systems import System
from integration.context import FlowContext
from integration.messages import ArrearsCheckRequest
from integration.queries import SystemSilent, ask
from orders import refusals
from orders.values import ItemRequest
from products.attributes import fault_of, read_value, spelled
from products.eligibility import Facts, check_eligibility
from products.relations import check as check_relations
from products.selectors import terms_on_sale
from products.values import AttributeTerms, OfferingTerms

# Characteristics that are no attribute: whose product it is, and what a line is called.
ABOUT = frozenset({"subscriber", "subscription", "line"})


def refuse_unless_allowed(
    wanted: Iterable[OfferingTerms],
    facts: Facts,
    *,
    owned: Iterable[OfferingTerms] = (),
    leaving: Collection[str] = (),
    fields: Mapping[str, str],
) -> None:
    """Raise the first reason against having ``wanted``, with all of them as its errors.

    ``leaving`` are the codes that the same order gives up; ``fields`` tells by code which part of
    the request an offering stands in.
    """
    wanted, owned = list(wanted), list(owned)
    everything = [*owned, *wanted]
    against = check_relations(
        [one.code for one in owned],
        [one.code for one in wanted],
        [relation for one in everything for relation in one.relations],
        leaving_codes=leaving,
        names={one.code: (one.name_zh, one.name_en) for one in everything},
    )
    for one in against:
        one.field = fields.get(str(one.values.get("offering")), "productOrderItem")
    for terms in wanted:
        for refusal in check_eligibility(terms, facts):
            refusal.field = fields.get(terms.code, "productOrderItem")
            against.append(refusal)
    if against:
        first = against[0]
        raise Conflict(code=first.code, zh=first.zh, en=first.en, field=first.field, errors=against)


def on_sale(code: str, field: str, at: datetime) -> OfferingTerms:
    """Return the terms of an offering about to be bought; ``field`` is where it is named.

    Raises ``OfferingRefused`` for one that is unknown or not on sale.
    """
    try:
        return terms_on_sale([code], at)[code]
    except DomainError as refusal:
        raise refusals.OfferingRefused(refusal, field=field) from refusal


def chosen(item: ItemRequest, terms: OfferingTerms) -> ItemRequest:
    """Return the item with a value for everything that its customer chooses of the offering.

    What he leaves out is as it is offered. Raises ``CharacteristicUnknown`` for what the offering
    does not know, ``CharacteristicRefused`` for a value that does not fit, and
    ``CharacteristicMissing`` for what is offered with none.
    """
    where = f"productOrderItem.{item.item_id}.product.productCharacteristic"
    attributes = {one.name: one for one in terms.attributes}
    for name in item.characteristics:
        if name not in attributes and name not in terms.resources and name not in ABOUT:
            raise refusals.CharacteristicUnknown(
                name=name[:40], offering=terms.code, field=f"{where}.{name[:40]}"
            )
    values = {name: _value(item, one, where) for name, one in attributes.items()}
    return replace(item, characteristics={**item.characteristics, **values})


def _value(item: ItemRequest, attribute: AttributeTerms, where: str) -> str:
    """Return the value as it is kept, in the one way it is spelled."""
    if attribute.name not in item.characteristics:
        if attribute.offered is None:
            raise refusals.CharacteristicMissing(name=attribute.name, field=where)
        return spelled(attribute.offered)
    value = read_value(attribute, item.characteristics[attribute.name])
    fault = fault_of(attribute, value)
    if fault is not None:
        zh, en = fault
        raise refusals.CharacteristicRefused(
            name=attribute.name,
            label_zh=attribute.label_zh,
            label_en=attribute.label_en,
            fault_zh=zh,
            fault_en=en,
            field=f"{where}.{attribute.name}",
        )
    return spelled(value)


def refuse_in_arrears(
    customer_no: str, account_no: str, context: FlowContext, *, refuse: bool = True
) -> None:
    """Ask BOSS whether the customer owes, and raise ``InArrears`` if so and ``refuse``.

    With BOSS silent it is accepted or refused as the setting says.
    """
    question = ArrearsCheckRequest(customer_no=customer_no, account_no=account_no)
    try:
        answer = ask(context, System.BOSS, question)
    except SystemSilent:
        if not settings.ACCEPT_WITHOUT_ARREARS_CHECK:
            raise
        return
    if answer.in_arrears and refuse:
        raise refusals.InArrears(number=account_no, amount=answer.amount, field="billingAccount.id")
