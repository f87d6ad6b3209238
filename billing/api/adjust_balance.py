"""TMF654 adjustBalance: taking money out of a balance at once."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Literal

from django.db.models import QuerySet

from auth_center.actors import Actor
from auth_center.scope import shown_to
from billing import permissions, prepaid
from billing.api.balances import (
    BASE,
    MONETARY,
    BalanceAction,
    account_reference,
    how_much,
    kept,
    money,
    reference_of,
    subscriber_of,
    wish_of,
)
from billing.models import BalanceCharge, Reservation
from billing.prepaid import Wish
from core.tmf import (
    Answer,
    Context,
    Create,
    Instant,
    Integer,
    Links,
    Reference,
    Resource,
    Text,
    register,
)
from core.tmf.errors import InvalidValue

CURRENCY = re.compile("[A-Z]{3}")
DEBIT, PART, ALONE = "reservationDebit", "reservationPartialDebit", "oneTimeDebit"


class NewCharge(BalanceAction, kw_only=True):
    """A debit of a reservation, its last or a part of it, or one without."""

    adjust_type: Literal["reservationDebit", "reservationPartialDebit", "oneTimeDebit"]
    reserve_balance: Reference | None = None


def debit(actor: Actor, body: NewCharge, context: Context) -> Answer:
    """Take it; under the same externalId it is taken once."""
    if (body.adjust_type == ALONE) != (body.reserve_balance is None):
        raise InvalidValue(
            "reserveBalance", "与 adjustType 不符", "it does not go with the adjustType"
        )
    held: int | Reservation | str = ""
    if body.reserve_balance is None:
        wish = wish_of(body)
    else:
        held = _number(body.reserve_balance)
        usage = MONETARY
        if body.usage_type != MONETARY or not CURRENCY.fullmatch(body.amount.units or ""):
            held = _held(actor, held)
            usage = held.usage
        wish = Wish(**how_much(body.amount, usage))
        if body.usage_date is not None:
            wish = replace(wish, started_at=body.usage_date)
    charge = prepaid.debit(
        reference=reference_of(actor, context),
        wish=wish,
        reservation=held,
        final=body.adjust_type != PART,
        extension=kept(context),
        actor=actor,
        at=context.at,
    )
    return Answer(charge, status=201 if charge.charged_at == context.at else 200)


def _number(said: Reference) -> int:
    if not said.id.isdecimal() or len(said.id) > 18:
        raise InvalidValue("reserveBalance.id", "没有这一预占", "there is no such reservation")
    return int(said.id)


def _held(actor: Actor, number: int) -> Reservation:
    found = prepaid.reservation_numbered(number, actor)
    if found is None:
        raise InvalidValue("reserveBalance.id", "没有这一预占", "there is no such reservation")
    return found


@register
class AdjustBalanceResource(Resource):
    """Charges: what was taken, out of which buckets, with how much tax."""

    name = "adjustBalance"
    type = "AdjustBalance"
    base = BASE
    system = "boss"
    about = (
        "实时扣费: out of what a reservation holds, or at once; told again it is the same charge."
    )
    read_permission = permissions.VIEW_BALANCE
    extension = "extension"
    arrays = ("relatedParty", "impactedBucket")
    fixed = frozenset(
        {"requestedDate", "confirmationDate", "impactedBucket", "taxAmount", "charged"}
    )
    filters = {
        "partyAccount.id": Text("account__account_no"),
        "requestedDate": Instant("charged_at"),
        "reserveBalance.id": Integer("reservation_id"),
    }
    sortable = {"id": "pk", "requestedDate": "charged_at"}
    create = Create(NewCharge, permission=permissions.CHARGE_BALANCE, call=debit)

    def queryset(self, actor: Actor) -> QuerySet[BalanceCharge]:
        return shown_to(actor, prepaid.list_charges(actor))

    def represent(self, row: BalanceCharge, links: Links) -> dict[str, Any]:
        held = None if row.reservation_id is None else str(row.reservation_id)
        return {
            "status": "completed",
            "adjustType": ALONE if held is None else DEBIT,
            "usageType": "monetary",
            "amount": money(row.amount, row.currency),
            "taxAmount": money(row.tax, row.currency),
            "requestedDate": row.charged_at,
            "confirmationDate": row.charged_at,
            "partyAccount": account_reference(row.account, links),
            "relatedParty": subscriber_of(row),
            "reserveBalance": links.reference("reserveBalance", held) if held else None,
        }
