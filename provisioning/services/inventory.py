"""号码资源: reserving, releasing, and setting free what is no longer kept."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from core.errors import DomainError
from core.systems import System
from provisioning.models import PhoneNumber, ProvisioningOrder, SimCard
from provisioning.models.inventory import SET_FREE, NetworkResource, ResourceQuerySet
from provisioning.refusals import NumberTaken, SimTaken, UnknownNumber, UnknownSim
from provisioning.states import Action, OrderState, ResourceState
from provisioning.values import Reservation

ALIAS = System.PROVISIONING.alias
BATCH = 5000  # rows set free in one transaction


def reserve_resources(*, msisdn: str, iccid: str, reference: str, at: datetime) -> Reservation:
    """Keep a number and a SIM card for ``reference``; asked again, it keeps the same.

    Raises ``UnknownNumber``, ``UnknownSim``, ``NumberTaken`` or ``SimTaken``; then nothing is
    reserved. Whoever reserves takes the number first and the card second, so that two who want
    the same cannot wait for each other.
    """
    with transaction.atomic(using=ALIAS):
        reserve(PhoneNumber, msisdn, reference=reference, at=at)
        reserve(SimCard, iccid, reference=reference, at=at)
    return Reservation(msisdn=msisdn, iccid=iccid, reference=reference)


def reserve(model: type[NetworkResource], name: str, *, reference: str, at: datetime) -> None:
    """Keep one number or card for ``reference``, in the present transaction; raises as above."""
    until = at + timedelta(hours=settings.RESERVATION_HOURS)
    reserved = (
        model.objects.reservable(reference)
        .filter(pk=name)
        .update(state=ResourceState.RESERVED, reference=reference, reserved_until=until)
    )
    if not reserved:
        _refuse_unless_had(model, name, reference)


def release_resources(*, reference: str, at: datetime) -> int:
    """Set free what is reserved under ``reference``; return how many numbers and cards.

    What a provisioning order needs stays: its sub-order was accepted after all.
    """
    with transaction.atomic(using=ALIAS):
        return sum(
            _unneeded(model.objects.reserved_under(reference)).update(**SET_FREE)
            for model in (PhoneNumber, SimCard)
        )


def free_what_is_due(*, at: datetime) -> int:
    """Set free what was reserved for too long and what has rested long enough; return how many."""
    return expire_reservations(at=at) + end_cooling(at=at)


def expire_reservations(*, at: datetime) -> int:
    """Set free what was reserved for too long; return how many numbers and cards."""
    return sum(
        _set_free(_unneeded(model.objects.reservation_over(at))) for model in (PhoneNumber, SimCard)
    )


def end_cooling(*, at: datetime) -> int:
    """Set free what has rested long enough; return how many numbers and cards."""
    return sum(_set_free(model.objects.cooled(at)) for model in (PhoneNumber, SimCard))


def _unneeded(resources: ResourceQuerySet) -> ResourceQuerySet:
    """Narrow to what no open order needs, and none that may already be on the network.

    What was refused may be, until its flow has succeeded at last or the line is gone.
    """
    settles = ProvisioningOrder.objects.filter(
        Q(flow_no=OuterRef("flow_no")) | Q(action=Action.DEACTIVATE),
        subscriber_no=OuterRef("subscriber_no"),
        id__gt=OuterRef("id"),
        state=OrderState.DONE,
    )
    needed = ProvisioningOrder.objects.filter(
        Q(state=OrderState.OPEN) | Q(state=OrderState.REFUSED) & ~Exists(settles),
        reservation=OuterRef("reference"),
    )
    return resources.filter(~Exists(needed))


def _set_free(due: ResourceQuerySet) -> int:
    """Set the ``due`` ones free, a batch a transaction; what another is at is left to it."""
    total = 0
    while True:
        with transaction.atomic(using=ALIAS):
            batch = list(
                due.select_for_update(skip_locked=True).values_list("pk", flat=True)[:BATCH]
            )
            due.model._default_manager.filter(pk__in=batch).update(**SET_FREE)
        total += len(batch)
        if len(batch) < BATCH:
            return total


def _refuse_unless_had(model: type[NetworkResource], name: str, reference: str) -> None:
    """Raise why a resource cannot be reserved, unless its order has long brought it into use."""
    row = model._default_manager.filter(pk=name).values_list("state", "reference").first()
    if row is not None and row == (ResourceState.IN_USE, reference):
        return
    raise _refusal(model, name, None if row is None else ResourceState(row[0]))


def _refusal(model: type[NetworkResource], name: str, state: ResourceState | None) -> DomainError:
    if model is PhoneNumber:
        if state is None:
            return UnknownNumber(field="msisdn", msisdn=name)
        return NumberTaken(field="msisdn", msisdn=name, state=state.value)
    if state is None:
        return UnknownSim(field="iccid", iccid=name)
    return SimTaken(field="iccid", iccid=name, state=state.value)
