"""Walking through every way in: the doors, an address for each, who was turned away."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from itertools import count

from allauth.idp.oidc.models import Client as OidcClient
from allauth.idp.oidc.models import Token
from django.db import connections
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from auth_center.matrix import Door, Guard, doors
from config.open_doors import OPEN
from core.systems import System

ALIASES = ("default", "boss", "oss")
SYSTEMS = {system.queue: system for system in System}
DOORS = doors(OPEN)
IN_CONSOLES = [one for one in DOORS if one.kind in ("page", "table", "console")]
ELSEWHERE = [one for one in DOORS if one.kind == "address"]
OPERATIONS = [one for one in DOORS if one.kind == "api"]
QUESTIONS = [one for one in DOORS if one.kind == "question"]
SAMPLES = {
    "number": "XC000000018", "str": "nothing", "slug": "nothing", "path": "1", "int": "1",
    "uuid": "00000000-0000-4000-8000-000000000000",
}  # fmt: skip
_numbers = count(1)


def address_of(door: Door) -> str:
    """Return an address that the door's pattern takes, of a thing that is not there."""
    route = re.sub(r"<(\w+):\w+>", lambda found: SAMPLES[found[1]], door.address)
    route = re.sub(r"\^?\(\?P<\w+>(\w+)(\|\w+)*\)", r"\1", route)
    route = re.sub(r"\^?\(\?P<\w+>[^()]*\)", "nothing", route)
    route = re.sub(r"\{\w+\}", "nothing", route)
    return "/" + route.removesuffix("$").lstrip("/")


def refused(answer: HttpResponse) -> bool:
    """Tell whether somebody was turned away: refused, unknown, or sent to sign in."""
    if answer.status_code in (401, 403):
        return True
    location = answer.headers.get("Location", "").partition("?")[0]
    return answer.status_code == 302 and "login" in location


def turned_away(answer: HttpResponse, door: Door) -> bool:
    """Tell whether ``door`` stayed shut; one without a permission may also say nothing is there."""
    nothing = door.guard != Guard.PERMISSION and answer.status_code in (400, 404, 405)
    return refused(answer) or nothing


def asked(client: Client, door: Door, method: str, **headers: str) -> HttpResponse:
    """Go to a door; whatever it says, it does not break."""
    answer: HttpResponse = getattr(client, method)(address_of(door), headers=headers)
    assert answer.status_code < 500, (door.address, method, answer.status_code)
    return answer


def rows() -> dict[str, int]:
    """Count the rows of every table, without what a request always leaves: sessions, audit."""
    found: dict[str, int] = {}
    for alias in ALIASES:
        with connections[alias].cursor() as cursor:
            tables = connections[alias].introspection.table_names(cursor)
            kept = [one for one in tables if "session" not in one and "audit" not in one]
            cursor.execute(
                " UNION ALL ".join(f"SELECT '{table}', count(*) FROM {table}" for table in kept)
            )
            found |= {f"{alias} {table}": number for table, number in cursor.fetchall()}
    return found


def bearer(*scopes: str) -> str:
    """Return the header of a channel that holds a token with these scopes."""
    value = f"walk-{next(_numbers)}"
    client = OidcClient.objects.create(
        id=value, name=value, secret="-", scopes="\n".join(scopes), data={"unlimited": True}
    )
    keep_token(value, client, *scopes)
    return f"Bearer {value}"


def keep_token(value: str, client: OidcClient, *scopes: str, **about: object) -> Token:
    """Write a token down as the centre does when it gives it to ``client``."""
    known = {"type": Token.Type.ACCESS_TOKEN, "expires_at": timezone.now() + timedelta(minutes=10)}
    digest = hashlib.sha256(value.encode()).hexdigest()
    token = Token(client=client, hash=digest, **{**known, **about})
    token.set_scopes(list(scopes))
    token.save()
    return token
