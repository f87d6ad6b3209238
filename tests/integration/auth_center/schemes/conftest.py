"""An operator whom the centre and BOSS know, each by its own tables, and a clock that we move."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from pytest_django import Settings

from auth_center.authority import CENTRALIZED
from auth_center.models import Operator, Role
from core.systems import Centre, System
from integration import hearing
from integration.messages import AuthorizeRequest
from integration.queries import SystemSilent
from tests.signing import make_operator

STAFF = "4001"
VIEW, CONFIGURE = "billing.view_account", "billing.configure_tariff"


class Clock:
    """Monotonic seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def pass_(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(CENTRALIZED, "_clock", clock)
    return clock


@pytest.fixture
def centralized(settings: Settings) -> Settings:
    settings.AUTHORIZATION = "centralized"
    settings.AUTHORIZATION_SECONDS = 15.0
    return settings


class Staff:
    """The operator 4001, as BOSS and as the centre know them."""

    def __init__(self) -> None:
        self.of_boss = make_operator(System.BOSS, VIEW, staff_no=STAFF, role="boss-role")
        if not Operator.objects.filter(staff_no=STAFF).exists():
            make_operator(System.CRM, staff_no=STAFF, role="centre-role")
        Operator.objects.filter(staff_no=STAFF).update(role_codes=["centre-role"])
        self.centre_gives(VIEW, CONFIGURE)

    def fresh(self) -> Operator:
        """The operator as a new request at BOSS's console finds them."""
        return Operator.objects.using("boss").get(staff_no=STAFF)

    def centre_gives(self, *names: str, **about: object) -> None:
        Role.objects.update_or_create(
            code="centre-role", defaults={"permissions": list(names), **about}
        )

    def boss_gives(self, *names: str) -> None:
        Role.objects.using("boss").filter(code="boss-role").update(permissions=list(names))


@pytest.fixture
def staff() -> Staff:
    return Staff()


class Asked:
    """What the centre was asked; it can be made silent."""

    def __init__(self) -> None:
        self.of: list[str] = []
        self.silent = False


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[Asked]:
    asked = Asked()
    key = (Centre.SSO, "AuthorizeRequest")
    answer: Callable[..., object] = hearing._ANSWERERS[key]

    def listen(question: AuthorizeRequest, *rest: object) -> object:
        asked.of.append(question.permission or "menu")
        if asked.silent:
            raise SystemSilent(system="sso")
        return answer(question, *rest)

    monkeypatch.setitem(hearing._ANSWERERS, key, listen)
    return asked
