"""A plan that was drafted in CRM and waits in BOSS: what a test of the releases begins with."""

from __future__ import annotations

import time
from itertools import count
from urllib.parse import urlencode

from playwright.sync_api import expect

from tests.browser.conftest import Desk

_TAGS = count(int(time.time()) % 1_000_000)


class Requested:
    """A release that has been requested, and the codes in it."""

    def __init__(self, number: str, tag: str) -> None:
        self.number = number
        self.plan, self.service = f"PLAN-{tag}", f"QUIET-{tag}"
        self.fee, self.data = f"T-{tag}-FEE", f"T-{tag}-DATA"

    @property
    def page(self) -> str:
        """Its address in BOSS's console."""
        return f"/boss/releases/{self.number}/"


def a_release(seat: Desk) -> Requested:
    """Draft a plan with a fee, a data tariff and a service of its own, and request its release.

    ``seat`` is a desk where nobody has signed in; the product manager does it at CRM's console.
    """
    tag = f"B{next(_TAGS)}"
    wanted = Requested("", tag)
    seat.sign_in("crm", "product_manager")
    seat.open("/crm/catalogue/drafts/new/")
    where = _sent(seat, "/crm/catalogue/drafts/new/", _plan(wanted))
    number = where.rstrip("/").split("/")[-1]
    _sent(seat, f"/crm/catalogue/releases/{number}/request/", {})
    wanted.number = number
    seat.open(f"/crm/catalogue/releases/{number}/")
    taken_on = seat.say("规则未配置", "Its rules are not configured yet")
    expect(seat.page.locator("#body")).to_contain_text(taken_on)  # the page follows by itself
    return wanted


def _plan(wanted: Requested) -> dict[str, str | list[str]]:
    """Return the form of a draft as it is filled in."""
    form: dict[str, str | list[str]] = {
        "version": "",
        "place": "0",
        "title": f"夜聊套餐 {wanted.plan}",
        "code.there": "1",
        "fresh": "1",
        "status": "launched",
        "code": wanted.plan,
        "kind": "main",
        "charging_mode": "postpaid",
        "product_class": "MOBILE-PLAN",
        "brand": "CHANGXING",
        "name_zh": "夜聊套餐",
        "name_en": "Night plan",
        "description_zh": "39 元/月, 含 20 GB",
        "description_en": "39 yuan a month, 20 GB included",
        "sale_from": "2026-01-01",
        "services": ["MSISDN", "SIM", "VOICE", "DATA"],
        "service": ["s1"],
        "service.s1.fresh": "1",
        "service.s1.here": "1",
        "service.s1.code": wanted.service,
        "service.s1.kind": "function",
        "service.s1.name_zh": "夜间勿扰",
        "service.s1.name_en": "Quiet at night",
        "tariff": ["n1", "n2"],
    }
    tariffs = {
        "n1": (wanted.fee, "accounting", "rental", "39 元/月", "39 yuan a month"),
        "n2": (wanted.data, "rating", "data", "含 20 GB", "20 GB included"),
    }
    for row, (code, kind, group, zh, en) in tariffs.items():
        form |= {
            f"tariff.{row}.fresh": "1",
            f"tariff.{row}.here": "1",
            f"tariff.{row}.code": code,
            f"tariff.{row}.kind": kind,
            f"tariff.{row}.charge_group": group,
            f"tariff.{row}.name_zh": f"夜聊套餐 {zh}",
            f"tariff.{row}.name_en": f"Night plan, {en}",
            f"tariff.{row}.version": ["0"],
            f"tariff.{row}.version.0.valid_from": "2026-01-01",
            f"tariff.{row}.version.0.description_zh": zh,
            f"tariff.{row}.version.0.description_en": en,
        }
    return form


def _sent(seat: Desk, path: str, fields: dict[str, str | list[str]]) -> str:
    """Submit a form as the page would; return where it leads."""
    token = seat.page.locator("input[name=csrfmiddlewaretoken]").first.input_value()
    pairs = [("csrfmiddlewaretoken", token)]
    for name, texts in fields.items():
        pairs += [(name, text) for text in ([texts] if isinstance(texts, str) else texts)]
    answer = seat.context.request.post(
        seat.base_url + path,
        data=urlencode(pairs),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        max_redirects=0,
    )
    assert answer.status == 302, (path, answer.status, answer.text()[:3000])
    return str(answer.headers["location"]).partition("?")[0]
