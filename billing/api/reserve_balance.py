"""TMF654 reserveBalance: holding a part of a balance for a session."""

from __future__ import annotations

from typing import Any, Literal

from django.db.models import QuerySet
from msgspec import UNSET, UnsetType

from auth_center.actors import Actor
from auth_center.scope import shown_to
from billing import permissions, prepaid
from billing.api.balances import (
    BASE,
    MONETARY,
    BalanceAction,
    Quantity,
    account_reference,
    how_much,
    kept,
    money,
    reference_of,
    subscriber_of,
    wish_of,
)
from billing.models import Reservation
from billing.prepaid import Wish
from billing.states import ReservationState
from core.tariff.measures import MEASURE
from core.tmf import (
    Answer,
    Body,
    Choice,
    Context,
    Create,
    Instant,
    Links,
    Moment,
    Patch,
    Resource,
    Text,
    register,
)

STATUSES = {
    "created": (ReservationState.OPEN,),
    "completed": (ReservationState.DEBITED,),
    "cancelled": (ReservationState.RELEASED,),
    "expired": (ReservationState.EXPIRED,),
}
_TOLD = {
    "zone": "zone",
    "roaming": "roaming",
    "peer": "peer",
    "provider": "provider",
    "started_at": "usageDate",
}
_STATUS = {state: status for status, (state,) in STATUSES.items()}


class NewReservation(BalanceAction, kw_only=True):
    """What is to be held, and until when."""

    expiration_date: Moment | None = None


class ReservationChange(Body):
    """A larger total, a later end, or the end now: ``cancelled`` frees what is held."""

    amount: Quantity | UnsetType = UNSET
    expiration_date: Moment | UnsetType = UNSET
    status: Literal["cancelled"] | UnsetType = UNSET


def reserve(actor: Actor, body: NewReservation, context: Context) -> Answer:
    """Hold it; under the same externalId it is held once."""
    held = prepaid.reserve(
        reference=reference_of(actor, context),
        wish=wish_of(body),
        expires_at=body.expiration_date,
        extension=kept(context),
        actor=actor,
        at=context.at,
    )
    return Answer(held, status=201 if held.reserved_at == context.at else 200)


def change(actor: Actor, row: Reservation, body: ReservationChange, context: Context) -> Any:
    """Extend or release a reservation."""
    if body.status is not UNSET:
        prepaid.release(reference=row.reference, actor=actor, at=context.at)
    else:
        prepaid.extend(
            reference=row.reference,
            wish=Wish() if body.amount is UNSET else Wish(**how_much(body.amount, row.usage)),
            expires_at=None if body.expiration_date is UNSET else body.expiration_date,
            actor=actor,
            at=context.at,
        )
    return str(row.pk)


@register
class ReserveBalanceResource(Resource):
    """Reservations: created, completed (debited), cancelled (released) or expired."""

    name = "reserveBalance"
    type = "ReserveBalance"
    base = BASE
    system = "boss"
    about = "余额预占: an amount, or what a quantity of a use costs, held until it is debited."
    read_permission = permissions.VIEW_BALANCE
    extension = "extension"
    arrays = ("relatedParty", "impactedBucket")
    fixed = frozenset({"requestedDate", "confirmationDate", "impactedBucket", "debited", "held"})
    filters = {
        "status": Choice("state", STATUSES),
        "partyAccount.id": Text("account__account_no"),
        "requestedDate": Instant("reserved_at"),
        "expirationDate": Instant("expires_at"),
    }
    sortable = {"id": "pk", "requestedDate": "reserved_at"}
    create = Create(NewReservation, permission=permissions.CHARGE_BALANCE, call=reserve)
    patch = Patch(ReservationChange, permission=permissions.CHARGE_BALANCE, call=change)

    def queryset(self, actor: Actor) -> QuerySet[Reservation]:
        return shown_to(actor, prepaid.list_reservations(actor))

    def represent(self, row: Reservation, links: Links) -> dict[str, Any]:
        measure = MEASURE.get(row.usage)
        asked = money(row.amount, row.currency)
        if measure is not None:
            asked = {"amount": row.quantity, "units": measure}
        return {
            "status": _STATUS[ReservationState(row.state)],
            "usageType": row.usage or MONETARY,
            "amount": asked,
            "held": money(row.amount, row.currency),
            "debited": money(row.debited, row.currency),
            "requestedDate": row.reserved_at,
            "expirationDate": row.expires_at,
            "confirmationDate": row.ended_at,
            "partyAccount": account_reference(row.account, links),
            "relatedParty": subscriber_of(row),
            **{_TOLD[name]: value for name, value in row.told.items()},
        }
