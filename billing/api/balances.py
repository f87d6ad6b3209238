"""What the resources of TMF654 (prepaid balances) have in common."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import Any

from auth_center.actors import Actor
from billing.models import BillingAccount
from billing.prepaid import Wish
from billing.states import Usage
from core.identifiers import uuid7
from core.tariff.measures import MEASURE
from core.tmf import Body, Context, Identifier, Links, Moment, Name, Reference, RelatedParty
from core.tmf.errors import InvalidValue

BASE = "/tmf-api/prepayBalanceManagement/v4/"
MONETARY = "monetary"
LONGEST = 60  # of a reference of ours
LONGEST_WHOLE = 18  # digits of a quantity


class Quantity(Body):
    """How much, in which unit: a currency, or the measure of a kind of use."""

    amount: Decimal
    units: Name | None = None


class BalanceAction(Body):
    """What is asked of a balance: an amount of money, or what a use costs.

    ``usageType`` is ``monetary``, or a kind of use of the subscriber among ``relatedParty``:
    then ``amount`` counts seconds, bytes, messages or items, and rating prices it.
    """

    amount: Quantity
    usage_type: Name = MONETARY
    party_account: Reference | None = None
    related_party: list[RelatedParty] = []
    usage_date: Moment | None = None
    zone: Identifier = "domestic"
    roaming: Identifier | None = None
    peer: Identifier | None = None
    provider: Identifier | None = None
    external_id: Identifier | None = None


def wish_of(said: BalanceAction) -> Wish:
    """Return what is wanted; raise ``InvalidValue`` for what cannot be understood."""
    account_no = said.party_account.id if said.party_account else ""
    if said.usage_type == MONETARY:
        if not account_no:
            raise InvalidValue("partyAccount", "应为账户", "an account is expected")
        return Wish(
            account_no=account_no, amount=said.amount.amount, currency=said.amount.units or ""
        )
    return Wish(
        account_no=account_no,
        subscriber_no=_subscriber(said),
        usage=said.usage_type,
        started_at=said.usage_date,
        zone=said.zone,
        roaming=said.roaming or "",
        peer=said.peer or "",
        provider=said.provider or "",
        **how_much(said.amount, said.usage_type),
    )


def how_much(said: Quantity, usage: str) -> dict[str, Any]:
    """Return an amount or a quantity as a wish names it."""
    if usage in ("", MONETARY):
        return {"amount": said.amount, "currency": said.units or ""}
    if usage not in Usage.values:
        known = ", ".join([MONETARY, *Usage.values])
        raise InvalidValue("usageType", f"应为 {known}", f"one of {known} is expected")
    if usage == Usage.ONE_OFF:
        return {"amount": said.amount}
    measure = MEASURE.get(usage, "items")
    if said.units not in (None, measure):
        raise InvalidValue("amount.units", f"应为 {measure}", f"{measure} are expected")
    if not said.amount.is_finite() or not _is_whole(said.amount):
        raise InvalidValue("amount.amount", "应为整数", "a whole number is expected")
    return {"quantity": int(said.amount)}


def _is_whole(amount: Decimal) -> bool:
    """Tell whether it is a whole number of as many digits as a quantity can have."""
    return abs(amount.adjusted()) < LONGEST_WHOLE and amount == amount.to_integral_value()


def reference_of(actor: Actor, context: Context) -> str:
    """Return our name for what a client asks: its own references are its own."""
    name = f"{actor.number}:{context.external_id or uuid7()}"
    return name if len(name) <= LONGEST else hashlib.sha256(name.encode()).hexdigest()[:LONGEST]


def kept(context: Context) -> dict[str, Any] | None:
    """Return what the client said beyond what we know, to be told again."""
    return {name: one for name, one in context.extension.items() if name != "externalId"} or None


def money(amount: Decimal, currency: str) -> dict[str, Any]:
    """Return an amount as TM Forum's Quantity."""
    return {"amount": amount, "units": currency}


def account_reference(account: BillingAccount, links: Links) -> dict[str, Any]:
    """Return the reference to the account whose balance it is."""
    return links.reference("billingAccount", account.account_no, name=account.name)


def subscriber_of(row: Any) -> list[dict[str, Any]]:
    """Return the subscriber whose use it was, if any."""
    number = getattr(row, "subscriber_no", None)
    if number is None:
        return []
    return [{"id": number, "role": "subscriber", "@referredType": "Subscriber"}]


def _subscriber(said: BalanceAction) -> str:
    for party in said.related_party:
        if party.role == "subscriber":
            return party.id
    raise InvalidValue("relatedParty", "应有用户 (subscriber)", "a subscriber is expected")
