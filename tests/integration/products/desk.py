"""A product manager signed in at CRM's console."""

from __future__ import annotations

import html
import re
from typing import Any

from django.http import HttpResponse
from django.utils import timezone

from core.systems import System
from integration.settling import settle
from tests.signing import signed_in

PASSWORD = "correct horse"
MANAGER = (
    *("products.view_offering", "products.view_release", "products.edit_draft"),
    "products.release_request",
    *("products.release_approve", "integration.view_flow"),
)


class Manager:
    """A product manager's browser."""

    def __init__(
        self, *grants: str, staff_no: str = "9301", language: str = "zh-hans", name: str = "王强"
    ) -> None:
        self.staff_no = staff_no
        about = {"name": name, "region": "CN", "language": language}
        self.client = signed_in(System.CRM, *(grants or MANAGER), staff_no=staff_no, **about)

    def get(self, path: str, status: int = 200, part: bool = False) -> str:
        """Return the page at ``path``."""
        headers = {"HX-Request": "true"} if part else {}
        answer = self.client.get(f"/crm/{path}", headers=headers)
        assert answer.status_code == status, text_of(answer.content.decode())
        return answer.content.decode()

    def send(self, path: str, **fields: Any) -> HttpResponse:
        """Submit a form as it is."""
        answer: Any = self.client.post(f"/crm/{path}", fields)
        return answer

    def done(self, path: str, **fields: Any) -> str:
        """Submit a form; return where it led."""
        answer = self.send(path, **fields)
        assert answer.status_code == 302, text_of(answer.content.decode())
        return str(answer.headers["Location"]).removeprefix("/crm/")

    def refused(self, path: str, **fields: Any) -> str:
        """Submit a form that comes back; return the page."""
        answer = self.send(path, **fields)
        assert answer.status_code == 400, (answer.status_code, answer.headers.get("Location"))
        return answer.content.decode()


def text_of(page: str) -> str:
    """Return what can be read of a page."""
    body = page.partition("<body")[2].partition(">")[2] or page
    body = re.sub(r"<(script|style|template)\b.*?</\1>", " ", body, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def error_beside(page: str, name: str) -> str:
    """Return what is said below a field; empty if nothing is wrong with it."""
    mark = f'id="{name}-error">'
    found = page.partition(mark)[2].partition("</p>")[0]
    return html.unescape(found).strip()


def value_of(page: str, name: str) -> str:
    """Return what stands in the input of that name."""
    found = re.search(rf'<input[^>]*name="{re.escape(name)}"[^>]*value="([^"]*)"', page)
    assert found is not None, name
    return html.unescape(found.group(1))


def carry() -> int:
    """Let every system say and hear all there is."""
    return settle(clock=timezone.now, systems=tuple(System))


def a_plan(**more: Any) -> dict[str, Any]:
    """A new plan as it is filled in."""
    return {
        "version": "",
        "place": "0",
        "title": "春季套餐",
        "code.there": "1",
        "fresh": "1",
        "status": "launched",
        "code": "PLAN-99-NEW",
        "kind": "main",
        "charging_mode": "postpaid",
        "product_class": "MOBILE-PLAN",
        "brand": "CHANGXING",
        "name_zh": "畅行 99 元套餐",
        "name_en": "Changxing 99",
        "description_zh": "99 元/月",
        "description_en": "99 yuan a month",
        "sale_from": "2026-12-01",
        "sale_to": "",
        "source": "",
        "services": ["MSISDN", "SIM", "VOICE"],
        "tariffs": ["T-STD-SMS"],
        "tariff": ["n1"],
        "tariff.n1.fresh": "1",
        "tariff.n1.here": "1",
        "tariff.n1.code": "T-99-NEW",
        "tariff.n1.kind": "accounting",
        "tariff.n1.charge_group": "rental",
        "tariff.n1.name_zh": "99 元月租",
        "tariff.n1.name_en": "Rental 99",
        "tariff.n1.version": ["0"],
        "tariff.n1.version.0.valid_from": "2026-12-01",
        "tariff.n1.version.0.description_zh": "每月 99 元",
        "tariff.n1.version.0.description_en": "99 yuan a month",
        **more,
    }
