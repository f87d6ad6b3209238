"""Operators for tests, and their sessions at a console as the sign-on leaves them behind."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connections
from django.middleware.csrf import CSRF_SECRET_LENGTH, CSRF_SESSION_KEY
from django.test import Client
from django.utils import timezone
from django.utils.crypto import get_random_string

from auth_center.authority import CENTRALIZED
from auth_center.models import ConsoleSession, Operator, Role
from auth_center.sign_on.sessions import KEY as SIGN_ON
from core.masking import FULL_PHONE
from core.systems import Centre, System, console
from integration import hearing

PASSWORD = "correct horse"


def make_operator(
    system: System, *grants: str, staff_no: str = "9001", role: str = "", **about: Any
) -> Operator:
    """Create an operator with these grants in one system's database; ``about`` are attributes.

    Phone numbers are seen in full, and all rows, unless ``full_phone`` and ``data_scope`` say
    otherwise.
    """
    code = role or f"role-{staff_no}"
    reach = about.pop("data_scope", "all")
    if about.pop("full_phone", True):
        grants = (*grants, FULL_PHONE)
    limits = about.pop("limits", {})
    Role.objects.using(system.alias).update_or_create(
        code=code,
        defaults={
            "name_zh": "受测角色",
            "name_en": "Tested role",
            "permissions": list(grants),
            "data_scope": reach,
            "limits": limits,
        },
    )
    known = {"name": "李梅", "org_unit": "HQ", "region": "GZ"} | about
    operator = Operator(staff_no=staff_no, role_codes=[code], **known)
    operator.set_password(PASSWORD)
    operator.save(using=system.alias)
    known_at_the_centre(system, operator, grants, reach, limits)
    return operator


def known_at_the_centre(
    system: System, operator: Operator, grants: Iterable[str], reach: str, limits: dict[str, str]
) -> None:
    """Let the centre give the operator the same in ``system``, where the tests run centralized."""
    if settings.AUTHORIZATION != "centralized" or system == System.CRM:
        return
    code = f"{system}-{operator.staff_no}"
    Role.objects.using("default").update_or_create(
        code=code,
        defaults={
            "name_zh": "受测角色",
            "name_en": "Tested role",
            "permissions": list(grants),
            "systems": [str(system)],
            "data_scope": reach,
            "limits": limits,
        },
    )
    held = Operator.objects.using("default").filter(staff_no=operator.staff_no).first()
    if held is None:
        held = Operator(
            staff_no=operator.staff_no,
            name=operator.name,
            org_unit=operator.org_unit,
            region=operator.region,
            password="!",
        )
    held.role_codes = [*held.role_codes, code]
    held.save(using="default")


def regrant(system: System, operator: Operator, *grants: str) -> None:
    """Let an operator of ``make_operator`` have these grants from now on, whoever decides."""
    roles = {system.alias: f"role-{operator.staff_no}"}
    if settings.AUTHORIZATION == "centralized":
        roles |= {"default": f"{system}-{operator.staff_no}"}
    for alias, code in roles.items():
        Role.objects.using(alias).filter(code=code).update(permissions=list(grants))
    CENTRALIZED.forget()


def seat(client: Client, system: System, operator: Operator, sign_on: str = "FC000000018") -> None:
    """Give ``client`` the session that ``operator`` has at ``system``'s console."""
    store: Any = import_module(settings.SESSION_ENGINE).SessionStore
    with console(system):
        session = store()
        session[SESSION_KEY] = str(operator.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = operator.get_session_auth_hash()
        session[CSRF_SESSION_KEY] = get_random_string(CSRF_SECRET_LENGTH)
        now = timezone.now()
        session[SIGN_ON] = {
            "number": sign_on,
            "until": (now + timedelta(hours=10)).timestamp(),
            "seen": now.timestamp(),
            "id_token": "",
            "clock": None,
        }
        session.save()
        ConsoleSession.objects.create(
            session_key=session.session_key,
            sign_on=sign_on,
            staff_no=operator.staff_no,
            started_at=now,
            expires_at=now + timedelta(hours=10),
        )
    client.cookies[f"sanhu_{system.queue}"] = session.session_key


def signed_in(system: System, *grants: str, staff_no: str = "9001", **about: Any) -> Client:
    """Return a browser of an operator with these grants, signed in at ``system``'s console.

    ``about`` may hold ``language`` and attributes of the operator.
    """
    language = about.pop("language", "zh-hans")
    client = Client(headers={"accept-language": language})
    seat(client, system, make_operator(system, *grants, staff_no=staff_no, **about))
    return client


def centre_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the centre's own statements uncounted: it is another process, wherever it stands."""
    key = (Centre.SSO, "AuthorizeRequest")
    answer = hearing._ANSWERERS[key]

    def uncounted(*question: Any) -> Any:
        connection = connections[Centre.SSO.alias]
        counting, connection.force_debug_cursor = connection.force_debug_cursor, False
        try:
            return answer(*question)
        finally:
            connection.force_debug_cursor = counting

    monkeypatch.setitem(hearing._ANSWERERS, key, uncounted)
