"""The pages on which staff, units, roles and outside systems are kept."""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.idp.oidc.models import Client as Outside
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from auth_center.models import Operator, OrgUnit, Role, SignOn
from core.systems import System
from tests.signing import signed_in

pytestmark = pytest.mark.django_db(databases=["default", "boss", "oss"])
EVERY_PAGE = (
    "operators/", "operators/?q=2001&unit=GZ&role=clerk&standing=active", "operators/?q=nobody",
    "operators/?page=99&standing=left", "operators-export/", "operators-new/", "operators/2001/",
    "operators-import/", "operators-import/?template=1", "units/", "units/?retired=1",
    "units-new/?parent=GZ", "units/GZ/", "roles/", "roles/clerk/", "roles-new/", "roles-matrix/",
    "clients/", "clients-new/",
)  # fmt: skip
DEEDS = (
    "operators/2001/dismiss/", "operators/2001/sign-off/", "operators/2001/password/",
    "units/GZ-1/retire/", "roles/clerk/remove/", "clients/shop/rotate/",
    "clients/shop/end-former/", "clients/shop/disable/",
)  # fmt: skip
VIEWS = ("view_operator", "view_role", "view_unit", "view_client")
READ = re.compile(r'^SELECT .*FROM "(auth_center_(orgunit|role|operator)|allauth_idp_oidc_client)"')
CLERK = "clerk:customers.view_customer"
PERSON = {
    "name": "王芳", "org_unit": "GZ-1", "region": "gz", "role_codes": ["clerk"], "is_active": "1",
    "active_from": "2026-01-01",
}  # fmt: skip


@pytest.fixture
def admin(staff: None) -> Client:
    """Somebody who may do everything, at CRM's console."""
    return signed_in(System.CRM, "*", staff_no="1001", role="admin", org_unit="HQ")


def post(browser: Client, path: str, **values: Any) -> Any:
    return browser.post(f"/crm/access/{path}", values)


def secret_on(answer: Any) -> str:
    found = re.search(r"data-secret>([^<]+)<", answer.content.decode())
    assert found is not None
    assert "no-store" in answer.headers["Cache-Control"]
    return found[1]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_opens_in_both_languages(staff: None, language: str):
    admin = signed_in(System.CRM, "*", staff_no="1001", language=language)
    for path in EVERY_PAGE:
        assert admin.get(f"/crm/access/{path}").status_code == 200, path
    for path in ("operators/9999/", "units/NONE/", "roles/none/", "clients/none/"):
        assert admin.get(f"/crm/access/{path}").status_code == 404, path


def test_whoever_may_only_look_changes_nothing(staff: None):
    reader = signed_in(System.CRM, *(f"auth_center.{one}" for one in VIEWS))
    for path in ("operators/", "operators/2001/", "units/GZ/", "roles/clerk/", "roles-matrix/"):
        page = reader.get(f"/crm/access/{path}")
        assert page.status_code == 200
        assert "button-danger" not in page.content.decode()
    for path in (*DEEDS, "operators-new/", "units-new/", "roles-new/", "clients-new/"):
        assert post(reader, path).status_code == 403, path
    for path in ("operators/2001/", "units/GZ/", "roles/clerk/", "roles-matrix/"):
        before = list(Role.objects.values()) + list(Operator.objects.values())
        post(reader, path, version=1, cell=[CLERK], **{"version:clerk": "1"})
        assert before == list(Role.objects.values()) + list(Operator.objects.values()), path


def test_whoever_holds_nothing_of_it_sees_nothing(staff: None):
    clerk = signed_in(System.CRM, "customers.view_customer")
    for path in EVERY_PAGE:
        assert clerk.get(f"/crm/access/{path}").status_code == 403, path


def test_an_operator_is_hired_and_changed(admin: Client):
    answer = post(admin, "operators-new/", staff_no="2002", **PERSON)
    assert answer.headers["Location"] == "/crm/access/operators/2002/"
    held = Operator.objects.get(staff_no="2002")
    assert (held.region, held.role_codes, held.is_active) == ("GZ", ["clerk"], True)
    begins = held.active_from
    again = post(admin, "operators-new/", staff_no="2002", **PERSON)
    assert again.status_code == 409
    assert "2002 已存在" in again.content.decode()
    post(admin, "operators/2002/", version=1, **(PERSON | {"name": "王芳芳"}))
    held.refresh_from_db()
    assert (held.name, held.active_from, held.version) == ("王芳芳", begins, 2)
    stale = post(admin, "operators/2002/", version=1, **PERSON)
    assert stale.status_code == 409
    assert "刚被他人修改" in stale.content.decode()


def test_what_is_wrong_stands_beside_its_field(admin: Client):
    answer = post(
        admin,
        "operators-new/",
        **(PERSON | {"staff_no": "a b", "active_from": "2026-13-01", "org_unit": "NONE"}),
    )
    assert answer.status_code == 400
    fields = {one.name: one.troubles for one in answer.context["fields"]}
    assert fields["active_from"] == ("日期无效",)
    answer = post(admin, "operators-new/", **(PERSON | {"staff_no": "a b", "org_unit": "NONE"}))
    fields = {one.name: one.troubles for one in answer.context["fields"]}
    assert fields["staff_no"]
    assert fields["org_unit"]
    assert {one.name: one.value for one in answer.context["fields"]}["name"] == "王芳"
    assert [one.name for one in answer.context["fields"] if one.focused] == ["staff_no"]


def test_a_password_is_shown_once(admin: Client):
    given = secret_on(post(admin, "operators/2001/password/", version=1))
    assert Operator.objects.get(staff_no="2001").check_password(given)
    assert given not in admin.get("/crm/access/operators/2001/").content.decode()


def test_what_became_of_a_sign_on_is_told_in_words(admin: Client):
    at = timezone.now()
    SignOn.objects.create(
        number="SS000000018", staff_no="2001", session_key="one", method="password+mfa",
        started_at=at, expires_at=at, ended_at=at, ended_why="revoked",
    )  # fmt: skip
    page = admin.get("/crm/access/operators/2001/").text
    assert "密码 + 第二因素或通行密钥" in page
    assert "由管理员退出" in page


def test_a_leaver_is_dismissed_by_a_click(admin: Client):
    answer = post(admin, "operators/2001/dismiss/", version=1)
    assert answer.status_code == 302
    assert not Operator.objects.get(staff_no="2001").is_active
    page = admin.get("/crm/access/operators/?standing=left").content.decode()
    assert "2001" in page
    assert "2101" not in page
    assert admin.get("/crm/access/operators/2001/dismiss/").status_code == 405


def test_the_list_shows_the_own_region_only(staff: None):
    manager = signed_in(
        System.CRM, "auth_center.view_operator", "auth_center.manage_operators",
        data_scope="region", region="GZ",
    )  # fmt: skip
    for path in ("operators/", "operators-export/"):
        page = manager.get(f"/crm/access/{path}").content.decode()
        assert "营业员2001" in page
        assert "营业员2101" not in page
    assert manager.get("/crm/access/operators/2101/").status_code == 404
    assert post(manager, "operators/2101/dismiss/", version=1).status_code == 404


def test_an_export_can_be_imported_again(admin: Client):
    exported = admin.get("/crm/access/operators-export/").content
    file = SimpleUploadedFile("operators.csv", exported)
    checked = post(admin, "operators-import/", deed="check", file=file)
    assert checked.status_code == 200
    assert {row["fate"] for row in checked.context["rows"]} == {"未变"}


def test_a_file_is_checked_first_and_then_taken_on(admin: Client):
    text = "staff_no,name,org_unit,region\n2002,王芳,GZ-1,GZ\n"
    file = SimpleUploadedFile("operators.csv", text.encode())
    checked = post(admin, "operators-import/", deed="check", file=file)
    assert not Operator.objects.filter(staff_no="2002").exists()
    content = checked.context["content"]
    assert post(admin, "operators-import/", deed="import", content=content).status_code == 302
    assert Operator.objects.filter(staff_no="2002").exists()
    wrong = SimpleUploadedFile("operators.csv", text.replace("GZ-1", "NONE").encode())
    refused = post(admin, "operators-import/", deed="import", file=wrong)
    assert refused.status_code == 400
    assert not refused.context["content"]
    assert post(admin, "operators-import/", deed="check").status_code == 400
    assert post(admin, "operators-import/", content="no base64!").status_code == 400


def test_a_unit_is_opened_moved_and_retired(admin: Client):
    new = {"code": "FS", "name_zh": "佛山", "name_en": "Foshan", "parent_code": "HQ"}
    assert post(admin, "units-new/", **new).status_code == 302
    assert post(admin, "units-new/", **new).status_code == 409
    moved = {**new, "parent_code": "GZ", "version": 1}
    assert post(admin, "units/FS/", **moved).status_code == 302
    assert OrgUnit.objects.get(code="FS").path == "/HQ/GZ/FS/"
    assert post(admin, "units/FS/", **moved).status_code == 409
    assert post(admin, "units/GZ/retire/", version=1).headers["Location"].endswith("/units/GZ/")
    assert post(admin, "units/FS/retire/", version=2).headers["Location"].endswith("/units/")
    assert OrgUnit.objects.get(code="FS").is_retired


def test_the_matrix_shows_the_difference_before_it_is_saved(admin: Client):
    ticked = {"cell": [CLERK, "clerk:orders.mend", "boss:orders.mend"], "version:clerk": "1"}
    shown = post(admin, "roles-matrix/", deed="preview", **ticked)
    [difference] = shown.context["difference"]
    assert difference["role"].code == "clerk"
    assert (difference["given"], difference["taken"]) == (["处理异常单"], ["客户开户"])
    assert Role.objects.get(code="clerk").version == 1
    assert post(admin, "roles-matrix/", deed="save", **ticked).status_code == 302
    role = Role.objects.get(code="clerk")
    assert role.permissions == ["customers.view_customer", "orders.mend"]
    assert Role.objects.get(code="boss").permissions == ["*"]
    stale = post(admin, "roles-matrix/", deed="save", **ticked)
    assert stale.status_code == 409
    assert Role.objects.get(code="clerk").version == 2


@pytest.mark.parametrize("version", ["", "²", "-1", "9" * 5000, "one"])
def test_the_matrix_leaves_alone_what_was_shown_in_no_version(admin: Client, version: str):
    about = {"deed": "save", "cell": ["clerk:orders.mend"], "version:clerk": version}
    assert post(admin, "roles-matrix/", **about).status_code == 302
    assert "orders.mend" not in Role.objects.get(code="clerk").permissions


def test_the_matrix_gives_nobody_what_its_reader_does_not_hold(staff: None):
    keeper = signed_in(
        System.CRM, "auth_center.manage_roles", "auth_center.view_role", role="keeper"
    )
    about = {"version:clerk": "1", "version:keeper": "1"}
    cells = [CLERK, "clerk:orders.open_customer", "clerk:orders.mend", "keeper:orders.mend"]
    answer = post(keeper, "roles-matrix/", deed="save", cell=cells, **about)
    assert answer.status_code == 403
    assert "orders.mend" not in Role.objects.get(code="clerk").permissions
    assert "orders.mend" not in Role.objects.get(code="keeper").permissions


def test_a_role_is_made_changed_and_removed(admin: Client):
    new = {
        "code": "desk", "name_zh": "台席", "name_en": "Desk", "data_scope": "unit",
        "systems": ["crm"], "permissions": ["orders.mend"], "limit:orders.mend": "50",
    }  # fmt: skip
    assert post(admin, "roles-new/", **new).status_code == 302
    role = Role.objects.get(code="desk")
    assert (role.data_scope, role.systems, role.limits) == ("unit", ["crm"], {"orders.mend": "50"})
    wrong = post(admin, "roles/desk/", **(new | {"version": 1, "limit:orders.mend": "many"}))
    assert wrong.status_code == 400
    for bad in ({"data_scope": "galaxy"}, {"systems": ["mars"]}):
        assert post(admin, "roles/desk/", **(new | {"version": 1} | bad)).status_code == 400
    assert post(admin, "roles/clerk/remove/", version=1).headers["Location"].endswith("clerk/")
    assert post(admin, "roles/desk/remove/", version=1).headers["Location"].endswith("/roles/")
    assert not Role.objects.filter(code="desk").exists()


def test_an_outside_system_is_added_and_its_secret_shown_once(admin: Client):
    new = {
        "client_id": "shop", "name": "网厅", "data_scope": "all", "scopes": ["orders.read"],
        "redirect_uris": "https://shop.example.com/back\n", "unlimited": "1",
    }  # fmt: skip
    secret = secret_on(post(admin, "clients-new/", **new))
    assert Outside.objects.get(id="shop").check_secret(secret)
    assert secret not in admin.get("/crm/access/clients/shop/").content.decode()
    assert post(admin, "clients-new/", **new).status_code == 409
    assert post(admin, "clients/shop/", **new, version=1).status_code == 302
    second = secret_on(post(admin, "clients/shop/rotate/", version=1))
    assert Outside.objects.get(id="shop").check_secret(second)
    assert Outside.objects.get(id="shop").check_secret(secret)
    assert post(admin, "clients/shop/end-former/", version=2).status_code == 302
    assert not Outside.objects.get(id="shop").check_secret(secret)
    assert post(admin, "clients/shop/disable/", version=3).status_code == 302
    assert secret_on(post(admin, "clients/shop/enable/", version=4))


@pytest.mark.parametrize("path", ["operators/", "units/", "roles/", "roles-matrix/", "clients/"])
def test_a_list_asks_as_often_for_many_rows_as_for_few(admin: Client, path: str):
    few = asked(admin, path)
    for number in range(30):
        OrgUnit.objects.create(code=f"U{number}", name_zh="单", name_en="U", path=f"/U{number}/")
        Role.objects.create(code=f"r{number}", name_zh="角", name_en="R", permissions=["orders.x"])
        Operator.objects.create(
            staff_no=f"7{number:03}", name="某", org_unit=f"U{number}", region="GZ",
            role_codes=[f"r{number}"],
        )  # fmt: skip
        Outside.objects.create(id=f"client-{number}", name="C")
    assert asked(admin, path) == few


def asked(admin: Client, path: str) -> int:
    """Count what a page reads of staff and clients; its session is kept at times of its own."""
    with CaptureQueriesContext(connections["default"]) as queries:
        assert admin.get(f"/crm/access/{path}").status_code == 200
    return sum(bool(READ.search(one["sql"])) for one in queries)
