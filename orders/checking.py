"""Whether offerings may be had, by whom and with what: every reason against it at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from django.conf import settings

from core.errors import Conflict, DomainError
from core.systems import System
from integration.context import FlowContext
from integration.messages import ArrearsCheckRequest
from integration.queries import SystemSilent, ask
from orders import refusals
from products.eligibility import Facts, check_eligibility
from products.relations import check as check_relations
from products.selectors import terms_on_sale
from products.values import OfferingTerms


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
