"""离职: whoever no longer works here is out everywhere within seconds."""

from __future__ import annotations

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils.crypto import get_random_string

from auth_center.actors import Actor
from auth_center.audit import record
from auth_center.models import Operator
from auth_center.permissions import MANAGE_OPERATORS, require
from auth_center.portal.guard import forgive
from auth_center.portal.passwords import remember
from auth_center.portal.recording import REMOVED
from auth_center.services.giving import may_give
from auth_center.services.operators import (
    ALIAS,
    OperatorNotFound,
    cut_off,
    in_scope,
    not_oneself,
    roles_of,
    shown_operator,
    write,
)
from auth_center.services.refusals import ChangedMeanwhile
from core.systems import System

LETTERS = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that look alike
LENGTH = 16


def dismiss_operator(
    *, staff_no: str, version: int | None = None, actor: Actor, at: datetime
) -> Operator:
    """Let an operator's time end now, and every sign-on, session and token with it.

    Twice changes nothing. Raises ``OperatorNotFound``, ``ChangedMeanwhile`` or ``OwnRecord``.
    """
    require(actor, MANAGE_OPERATORS)
    with transaction.atomic(using=ALIAS):
        operator = _locked(staff_no, version, actor)
        before = shown_operator(operator)
        operator.is_active = False
        if operator.active_from < at and (
            operator.active_until is None or at < operator.active_until
        ):
            operator.active_until = at
        if shown_operator(operator) != before:
            write(operator, before, actor, at)
        cut_off(operator, "left", actor, at)
    return operator


def give_password(*, staff_no: str, version: int | None = None, actor: Actor, at: datetime) -> str:
    """Give an operator a password for one sign-in and return it; it is shown once, kept nowhere.

    Who is signed in is signed off. Raises ``OperatorNotFound``, ``OwnRecord``, ``ChangedMeanwhile``
    or ``NotYoursToGive``: whoever gives somebody a password could be that somebody.
    """
    require(actor, MANAGE_OPERATORS)
    password = get_random_string(LENGTH, LETTERS)
    with transaction.atomic(using=ALIAS):
        operator = _locked(staff_no, version, actor)
        may_give(roles_of(operator.role_codes), actor, at)
        remember(operator, at)
        forgive(staff_no)
        operator.set_password(password)
        operator.must_change_password = True
        write(operator, shown_operator(operator), actor, at, note="new password")
        cut_off(operator, "password", actor, at)
    return password


def remove_factors(*, staff_no: str, actor: Actor, at: datetime) -> int:
    """Take an operator's second factors away, whose device is lost; return how many there were.

    Who is signed in is signed off; a role that demands a factor asks for a new one at the next
    sign-in. Raises ``OperatorNotFound``, ``OwnRecord`` or ``NotYoursToGive``.
    """
    require(actor, MANAGE_OPERATORS)
    with transaction.atomic(using=ALIAS):
        operator = _locked(staff_no, None, actor)
        may_give(roles_of(operator.role_codes), actor, at)
        rows = Authenticator.objects.using(ALIAS).filter(user_id=operator.pk)
        kinds = sorted(rows.values_list("type", flat=True))
        if kinds:
            rows.delete()
            forgive(staff_no)
            cut_off(operator, "factor_removed", actor, at)
            subject = f"operator:{staff_no}"
            record(System.CRM, actor, REMOVED, subject, at=at, before={"kinds": kinds})
    return len(kinds)


def _locked(staff_no: str, version: int | None, actor: Actor) -> Operator:
    rows = Operator.objects.using(ALIAS).select_for_update()
    operator = rows.filter(staff_no=staff_no).first()
    if operator is None:
        raise OperatorNotFound(staff_no=staff_no[:20])
    in_scope(operator, actor)
    not_oneself(staff_no, actor)
    if version not in (None, operator.version):
        raise ChangedMeanwhile(what=staff_no)
    return operator


def sign_off_operator(*, staff_no: str, actor: Actor, at: datetime) -> int:
    """End every sign-on of an operator, wherever it is used; return how many there were.

    Raises ``OperatorNotFound``.
    """
    require(actor, MANAGE_OPERATORS)
    with transaction.atomic(using=ALIAS):
        operator = _locked(staff_no, None, actor)
        return cut_off(operator, "revoked", actor, at)
