"""TMF672: roles, what operators may do, and decisions for outside systems."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from auth_center.models import Operator, Role
from integration.models import OutboxMessage
from tests.integration.api.conftest import (
    ALIASES,
    Channel,
    NewChannel,
    Statements,
)

BASE = "/tmf-api/rolesAndPermissionsManagement/v4"
ROLE, PERMISSION, DECISION = f"{BASE}/userRole", f"{BASE}/permission", f"{BASE}/decision"
VIEW, OPEN = "customers.view_customer", "orders.open_customer"
pytestmark = pytest.mark.django_db(databases=ALIASES)


@pytest.fixture
def shop(new_channel: NewChannel) -> Channel:
    return new_channel("authorization.read", "authorization.write", "authorization.decide")


@pytest.fixture(autouse=True)
def staff() -> None:
    Role.objects.create(
        code="clerk", name_zh="营业员", name_en="Clerk", permissions=[VIEW, OPEN], systems=["crm"],
        data_scope="region", limits={OPEN: "500"},
    )  # fmt: skip
    Role.objects.create(code="auditor", name_zh="稽核员", name_en="Auditor", permissions=[VIEW])
    for number, roles in (("2001", ["clerk"]), ("2002", ["auditor", "clerk"]), ("2003", [])):
        Operator.objects.create(
            staff_no=number, name=f"操作员{number}", org_unit="HQ", region="GZ", role_codes=roles
        )


def decision(shop: Channel, **said: Any) -> Any:
    return shop.post(DECISION, {"user": {"id": "2001"}, "permission": OPEN} | said, status=200)


# -- roles -------------------------------------------------------------------------------------


def test_a_role_shows_its_operations_with_their_limits(shop: Channel) -> None:
    shown = shop.get(f"{ROLE}/clerk")
    assert shown["@type"] == "UserRole"
    assert (shown["involvementRole"], shown["dataScope"], shown["system"]) == (
        "Clerk", "region", ["crm"],
    )  # fmt: skip
    assert [one["id"] for one in shown["entitlement"]] == [VIEW, OPEN]
    assert shown["entitlement"][1] == {
        "id": OPEN, "function": "orders", "action": "open_customer", "name": "Open a customer",
        "limit": "500", "@type": "Entitlement",
    }  # fmt: skip


def test_roles_are_found_by_name_and_by_what_they_permit(shop: Channel) -> None:
    def found(query: str) -> list[str]:
        return [one["id"] for one in shop.get(f"{ROLE}?{query}")]

    assert found("sort=id") == ["auditor", "clerk"]
    assert found("involvementRole=Clerk") == found("involvementRole=营业员") == ["clerk"]
    assert found(f"entitlement.id={OPEN}") == ["clerk"]
    assert found(f"entitlement.id.ne={OPEN}") == ["auditor"]
    assert found("dataScope=region") == ["clerk"]


def test_a_channel_gives_nothing_that_it_does_not_hold(shop: Channel) -> None:
    body = {"id": "new", "involvementRole": "新角色", "entitlement": [{"id": OPEN}]}
    assert shop.post(ROLE, body, status=403)["code"] == "notYoursToGive"
    changed = shop.call("patch", f"{ROLE}/auditor", {"entitlement": [{"id": OPEN}]})
    assert (changed.status_code, "notYoursToGive" in changed.content.decode()) == (403, True)
    assert Role.objects.get(code="auditor").permissions == [VIEW]
    assert not Role.objects.filter(code="new").exists()
    assert not OutboxMessage.objects.exists()


def test_an_operation_has_a_name(shop: Channel) -> None:
    body = {"id": "new", "involvementRole": "新角色", "entitlement": [{"function": "orders"}]}
    assert "entitlement[0].id" in str(shop.post(ROLE, body, status=400))
    nosuch = {"function": "orders", "action": "nosuch"}
    shop.post(ROLE, body | {"entitlement": [nosuch]}, status=400)
    assert not Role.objects.filter(code="new").exists()


def test_a_role_that_permits_nothing_yet_is_made_once(shop: Channel) -> None:
    body = {"id": "new", "involvementRole": "新角色", "entitlement": []}
    made = shop.post(ROLE, body)
    assert (made["id"], made["entitlement"], made["dataScope"]) == ("new", [], "unit")
    assert shop.post(ROLE, body) == made
    shop.post(ROLE, body | {"involvementRole": "别的"}, status=409)
    assert OutboxMessage.objects.filter(name="RoleNotice").count() == 2
    named = shop.call("patch", f"{ROLE}/new", {"involvementRole": "A new one"})
    assert named.status_code == 200
    assert (Role.objects.get(code="new").name_zh, Role.objects.get(code="new").name_en) == (
        "新角色", "A new one",
    )  # fmt: skip


def test_reading_brings_no_right_to_write_or_to_ask(new_channel: NewChannel) -> None:
    reader = new_channel("authorization.read", client_id="reader")
    reader.get(ROLE)
    reader.post(ROLE, {"id": "x", "involvementRole": "x", "entitlement": []}, status=403)
    reader.post(DECISION, {"user": {"id": "2001"}, "permission": OPEN}, status=403)
    stranger = new_channel("orders.read", client_id="stranger")
    for path in (ROLE, PERMISSION):
        stranger.get(path, status=403)


# -- what operators may do ---------------------------------------------------------------------


def test_a_permission_is_what_an_operator_may_do(shop: Channel) -> None:
    shown = shop.get(f"{PERMISSION}/2002")
    assert (shown["user"]["id"], shown["user"]["name"]) == ("2002", "操作员2002")
    assert shown["validFor"]["startDateTime"].endswith("Z")
    assert [
        (one["userRole"]["id"], one["manageableAsset"]["id"]) for one in shown["assetUserRole"]
    ] == [("auditor", "all"), ("clerk", "crm")]
    assert [
        (one["function"], one["action"], one["manageableAsset"]["id"]) for one in shown["privilege"]
    ] == [
        ("customers", "view_customer", "all"),
        ("customers", "view_customer", "crm"),
        ("orders", "open_customer", "crm"),
    ]
    assert shop.get(f"{PERMISSION}/2003")["privilege"] == []
    assert "password" not in str(shown).lower()


def test_permissions_are_found_by_role_and_read_at_constant_cost(shop: Channel) -> None:
    rows = shop.get(f"{PERMISSION}?assetUserRole.userRole.id=auditor")
    assert [one["id"] for one in rows] == ["2002"]
    with Statements() as few:
        shop.get(f"{PERMISSION}?limit=1")
    with Statements() as many:
        assert len(shop.get(f"{PERMISSION}?limit=3")) == 3
    assert len(few.sent["default"]) == len(many.sent["default"])


# -- decisions ---------------------------------------------------------------------------------


def test_an_outside_system_learns_whether_and_how_far(shop: Channel) -> None:
    said = decision(shop)
    assert (said["permitted"], said["code"], said["reason"]) == (True, "permitted", "")
    assert said["dataScope"] == {"reach": "region", "region": "GZ", "organizationUnit": []}


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"permission": "orders.open_subscriber"}, "permissionDenied"),
        ({"amount": "500.01"}, "limitExceeded"),
        ({"system": "boss"}, "noGrants"),
        ({"user": {"id": "2003"}}, "noGrants"),
        ({"user": {"id": "nobody"}}, "noGrants"),
    ],
)
def test_a_refusal_says_why(shop: Channel, said: dict[str, Any], code: str) -> None:
    answer = decision(shop, **said)
    assert (answer["permitted"], answer["code"]) == (False, code)
    assert answer["reason"]
    assert "dataScope" not in answer


def test_up_to_the_limit_one_decides_alone(shop: Channel) -> None:
    assert decision(shop, amount="500")["permitted"]


def test_who_has_left_may_do_nothing(shop: Channel) -> None:
    Operator.objects.filter(staff_no="2001").update(
        active_until=timezone.now() - timedelta(seconds=1),
        active_from=timezone.now() - timedelta(days=1),
    )
    assert decision(shop)["code"] == "noGrants"


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"permission": "orders.nosuch"}, "permission"),
        ({"system": "sso"}, "system"),
        ({"amount": "NaN"}, "amount"),
        ({"user": {}}, "user.id"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(
    shop: Channel, said: dict[str, Any], field: str
) -> None:
    body = {"user": {"id": "2001"}, "permission": OPEN} | said
    answer = shop.post(DECISION, body, status=400)
    assert field in str(answer)
