"""The front door for ends: a sign-on is over, and with it every session that came from it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from allauth.idp.oidc.models import Token
from django.contrib.sessions.models import Session
from django.db import connections, transaction

from auth_center.actors import Actor, system_actor
from auth_center.audit import record
from auth_center.models import ConsoleSession, EndedSignOn, Operator, SignOn
from auth_center.sign_on.going_on import list_over, why_over
from auth_center.sign_on.reliance import tell_clients
from core.numbers import FLOW, issue
from core.systems import Centre, System
from integration.context import FlowContext
from integration.messages import SignedOffNotice

HOME = Centre.SSO.alias
TOLD = tuple(system for system in System if system != System.CRM)  # CRM lies beside the centre


def end_sign_on(number: str, why: str, at: datetime, *, actor: Actor | None = None) -> bool:
    """End a sign-on: at the centre and CRM at once, elsewhere as soon as the message is heard.

    ``why`` is a word: ``signed_off``, ``revoked``, ``left``, ``idle``, ... ``actor`` is who ended
    it where that is not the operator. Returns whether it was still going on.
    """
    with transaction.atomic(using=HOME):
        rows = SignOn.objects.using(HOME).select_for_update(no_key=True)
        going_on = rows.filter(number=number, ended_at=None).first()
        if going_on is None:
            return False
        _end(going_on, why, at, actor or _themselves(going_on))
    return True


def end_all_sign_ons(
    staff_no: str, why: str, at: datetime, *, actor: Actor | None = None, but: str = ""
) -> int:
    """End every sign-on of an operator, except ``but``; return how many there were."""
    with transaction.atomic(using=HOME):
        rows = SignOn.objects.using(HOME).select_for_update(no_key=True)
        going_on = list(rows.filter(staff_no=staff_no, ended_at=None).exclude(number=but))
        for one in going_on:
            _end(one, why, at, actor or system_actor("sso"))
    return len(going_on)


def end_what_is_over(number: str, at: datetime) -> None:
    """End the sign-on where its time has come: expired, or idle for too long."""
    one = list_over(at).filter(number=number).first()
    if one is not None:
        end_sign_on(number, why_over(one, at), at, actor=system_actor("sso"))


def end_all_that_are_over(at: datetime, most: int = 500) -> int:
    """End every sign-on whose time has come; return how many there were."""
    over = list(list_over(at)[:most])
    for one in over:
        end_sign_on(one.number, why_over(one, at), at, actor=system_actor("sso"))
    return len(over)


def end_sessions(system: System, sign_on: str, at: datetime) -> None:
    """End what a system's console holds of a sign-on, and let nothing more come from it.

    Runs in the caller's transaction on the system's database.
    """
    lock_sign_on(system, sign_on)
    EndedSignOn.objects.using(system.alias).get_or_create(number=sign_on, defaults={"ended_at": at})
    rows = ConsoleSession.objects.using(system.alias).filter(sign_on=sign_on)
    drop_sessions(system, rows.values_list("session_key", flat=True))
    rows.delete()


def drop_sessions(system: System, keys: Iterable[str]) -> None:
    """Delete sessions, so that their cookies open nothing any more."""
    Session.objects.using(system.alias).filter(session_key__in=list(keys)).delete()


def lock_sign_on(system: System, sign_on: str) -> None:
    """Let arriving at a console and being signed off there happen one after the other."""
    with connections[system.alias].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [sign_on])


def _end(one: SignOn, why: str, at: datetime, actor: Actor) -> None:
    one.ended_at, one.ended_why = at, why
    one.save(using=HOME, update_fields=["ended_at", "ended_why"])
    drop_sessions(System.CRM, [one.session_key])
    end_sessions(System.CRM, one.number, at)
    tell_clients(one.number, at)
    _forget_tokens(one)
    _tell(one, why, at, actor)
    record(
        System.CRM,
        actor,
        "auth_center.sign_off",
        f"operator:{one.staff_no}",
        at=at,
        before={"sign_on": one.number},
        after={"why": why},
    )


def _forget_tokens(one: SignOn) -> None:
    """Take back what other clients hold in the operator's name; whoever may gets it anew."""
    owner = Operator.objects.using(HOME).filter(staff_no=one.staff_no).values("pk")
    Token.objects.using(HOME).filter(user__in=owner).delete()


def _tell(one: SignOn, why: str, at: datetime, actor: Actor) -> None:
    [flow_no] = issue(System.CRM, FLOW)
    context = FlowContext(
        system=System.CRM,
        flow="sign_off",
        flow_no=flow_no,
        mode="async",
        settings={},
        actor=actor.stamp(),
        at=at,
    )
    notice = SignedOffNotice(sign_on=one.number, staff_no=one.staff_no, why=why)
    for system in TOLD:
        context.send(system, notice, subject=f"staff:{one.staff_no}")


def _themselves(one: SignOn) -> Actor:
    return Actor(kind="operator", number=one.staff_no, channel="sso", terminal=one.terminal)
