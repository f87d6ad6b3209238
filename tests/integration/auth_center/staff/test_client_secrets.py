"""A client's secret is changed without a stop: for a stated time the old one fits beside the new.

What is asked is the token end-point itself, as the client asks it.
"""

from __future__ import annotations

import base64
from datetime import datetime, timedelta
from typing import Any

import pytest
from allauth.idp.oidc.models import Client, Token
from django.contrib.auth.hashers import make_password
from django.test import Client as Browser
from django.utils import timezone

from auth_center.models import AuditEntry
from auth_center.services import (
    ChangedMeanwhile,
    ClientData,
    ClientNotFound,
    NoFormerSecret,
    add_client,
    change_client,
    disable_client,
    enable_client,
    end_former_secret,
    rotate_secret,
    save_channel,
)
from auth_center.services.channels import former_secret_until
from core.systems import System
from tests.integration.auth_center.staff.conftest import ACTOR
from tests.signing import signed_in

pytestmark = pytest.mark.django_db(databases=["default", "boss", "oss"])
SHOP = ClientData(name="Shop", scopes=("customers.read", "orders.read"))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let it be ``clock(hours)`` later."""
    begun = timezone.now()

    def later(hours: float) -> datetime:
        at = begun + timedelta(hours=hours)
        monkeypatch.setattr(timezone, "now", lambda: at)
        return at

    later(0)
    return later


def add() -> str:
    return add_client(client_id="shop", about=SHOP, actor=ACTOR, at=timezone.now())[1]


def rotate(**about: Any) -> str:
    return rotate_secret(client_id="shop", actor=ACTOR, at=timezone.now(), **about)[1]


def status(secret: str, path: str = "token", **form: str) -> int:
    asked = {"grant_type": "client_credentials", "scope": "orders.read"} | form
    pair = base64.b64encode(f"shop:{secret}".encode()).decode()
    headers = {"Authorization": f"Basic {pair}"}
    return int(Browser().post(f"/identity/o/api/{path}", asked, headers=headers).status_code)


def test_both_secrets_get_tokens_until_the_former_ones_time_is_over(clock: Any):
    old = add()
    assert status(old) == 200
    new = rotate(version=1)
    assert Token.objects.count() == 1  # nothing stops
    assert (status(old), status(new)) == (200, 200)
    clock(23.9)
    assert (status(old), status(new)) == (200, 200)
    clock(24.1)
    assert (status(old), status(new)) == (401, 200)
    assert former_secret_until(Client.objects.get(id="shop"), timezone.now()) is None
    with pytest.raises(NoFormerSecret):
        end_former_secret(client_id="shop", actor=ACTOR, at=timezone.now())


def test_how_long_is_a_setting(clock: Any, settings: Any):
    settings.CLIENT_SECRET_OVERLAP_HOURS = 0.5
    old = add()
    new = rotate()
    clock(0.4)
    assert status(old) == 200
    clock(0.6)
    assert (status(old), status(new)) == (401, 200)


def test_none_at_all_is_a_setting_too(clock: Any, settings: Any):
    settings.CLIENT_SECRET_OVERLAP_HOURS = 0
    old = add()
    new = rotate()
    assert (status(old), status(new)) == (401, 200)


def test_of_three_secrets_the_two_newest_fit(clock: Any):
    first, second = add(), rotate()
    third = rotate()
    assert [status(one) for one in (first, second, third)] == [401, 200, 200]


def test_the_former_one_is_ended_at_once_and_takes_the_tokens_with_it(clock: Any):
    old = add()
    new = rotate()
    assert status(old) == 200
    with pytest.raises(ChangedMeanwhile):
        end_former_secret(client_id="shop", version=1, actor=ACTOR, at=timezone.now())
    end_former_secret(client_id="shop", version=2, actor=ACTOR, at=timezone.now())
    assert Token.objects.count() == 0
    assert (status(old), status(new)) == (401, 200)
    with pytest.raises(NoFormerSecret):
        end_former_secret(client_id="shop", actor=ACTOR, at=timezone.now())


def test_an_unknown_system_and_the_instances_own_have_none_to_end(clock: Any):
    Client.objects.create(id="console-oss", name="Console")
    for client_id in ("console-oss", "nobody"):
        with pytest.raises(ClientNotFound):
            end_former_secret(client_id=client_id, actor=ACTOR, at=timezone.now())


def test_neither_fits_while_the_system_is_disabled_nor_the_old_ones_afterwards(clock: Any):
    old = add()
    new = rotate()
    disable_client(client_id="shop", actor=ACTOR, at=timezone.now())
    assert (status(old), status(new)) == (401, 401)
    _, third = enable_client(client_id="shop", actor=ACTOR, at=timezone.now())
    assert [status(one) for one in (old, new, third)] == [401, 401, 200]


def test_a_change_of_the_system_leaves_both(clock: Any):
    old = add()
    new = rotate()
    renamed = ClientData(name="Store", scopes=SHOP.scopes)
    change_client(client_id="shop", about=renamed, actor=ACTOR, at=timezone.now())
    assert (status(old), status(new)) == (200, 200)


def test_a_token_is_taken_back_with_either_secret(clock: Any):
    old = add()
    rotate()
    for _ in range(2):
        status(old)
    assert status(old, "revoke", token="none such") == 200
    assert status("x" * 43, "revoke", token="none such") in (400, 401)


def test_a_secret_kept_under_another_digest_ends_at_once(clock: Any):
    add()
    Client.objects.filter(id="shop").update(secret=make_password("s" * 43))
    new = rotate()
    assert (status("s" * 43), status(new)) == (401, 200)


@pytest.mark.parametrize("shown", ["$", "random_sha256$a$b", "$$$$9999999999", "9999999999", "é"])
def test_nothing_that_is_made_up_fits(clock: Any, shown: str):
    add()
    rotate()
    kept = Client.objects.get(id="shop").secret
    assert [status(one) for one in (shown, kept, kept.split("$")[2], kept.split("$")[3])] == (
        [401] * 4
    )


def test_the_deployments_own_word_of_a_secret_holds_alone(clock: Any):
    old = add()
    new = rotate()
    about = {"scopes": list(SHOP.scopes), "about": {"channel": "shop"}, "actor": ACTOR}
    save_channel(client_id="shop", secret=old, at=timezone.now(), **about)
    assert (status(old), status(new)) == (200, 401)


def test_the_audit_says_until_when_and_holds_no_secret(clock: Any):
    old = add()
    new = rotate()
    end_former_secret(client_id="shop", actor=ACTOR, at=timezone.now())
    entries = AuditEntry.objects.filter(subject="client:shop").order_by("id")
    _, rotated, ended = (f"{one.before} {one.after}" for one in entries)
    until = rotated[rotated.index("former_secret_until': '2") :]
    assert "new secret" in rotated
    assert until
    assert "former secret ended" in ended
    kept = "".join(f"{one.before} {one.after}" for one in entries)
    assert not any(one in kept for one in (old, new, Client.objects.get(id="shop").secret))


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_pages_show_its_end_and_end_it(language: str):
    add()
    keeper = signed_in(System.CRM, "*", staff_no="1001", language=language)
    page = "/crm/access/clients/shop/"
    assert "data-former-until" not in keeper.get(page).content.decode()
    keeper.post(f"{page}rotate/", {"version": 1})
    until = former_secret_until(Client.objects.get(id="shop"), timezone.now())
    assert until is not None
    moment = timezone.localtime(until).strftime("%Y-%m-%d %H:%M")
    for address in (page, "/crm/access/clients/"):
        assert moment in keeper.get(address).content.decode()
    assert f'action="{page}end-former/"' in keeper.get(page).content.decode()
    said = keeper.post(f"{page}end-former/", {"version": 2}, follow=True).content.decode()
    assert {"zh-hans": "旧密钥已失效", "en": "former secret has ended"}[language] in said
    assert "data-former-until" not in said
    again = keeper.post(f"{page}end-former/", {"version": 3}, follow=True).content.decode()
    assert {"zh-hans": "没有仍然有效的旧密钥", "en": "no former secret"}[language] in again


def test_whoever_may_only_look_ends_nothing():
    add()
    rotate()
    onlooker = signed_in(System.CRM, "auth_center.view_client", staff_no="1001")
    page = "/crm/access/clients/shop/"
    assert f"{page}end-former/" not in onlooker.get(page).content.decode()
    assert onlooker.post(f"{page}end-former/", {"version": 2}).status_code == 403
    assert former_secret_until(Client.objects.get(id="shop"), timezone.now()) is not None
