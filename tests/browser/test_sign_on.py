"""Consoles as processes of their own, on hosts of their own: one sign-on, one sign-off."""

from __future__ import annotations

import json
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from config.instance.layout import ROOT
from config.instance.ports import free_port
from config.instance.roles import ROLES
from config.instance.throwaway import Throwaway
from tests.browser.conftest import Desk

# Every host is this machine, and a browser takes them for different ones.
HOSTS = {"sso": "127.0.0.4", "crm": "127.0.0.2", "boss": "127.0.0.3", "oss": "127.0.0.5"}
DATABASES = {
    "sso": "DATABASE_URL", "crm": "DATABASE_URL", "boss": "BOSS_DATABASE_URL",
    "oss": "OSS_DATABASE_URL",
}  # fmt: skip
READY_SECONDS = 240.0


@dataclass(frozen=True)
class Apart:
    """The centre and two consoles, each a process at an address of its own."""

    urls: dict[str, str]
    processes: dict[str, subprocess.Popen[bytes]]

    def stop(self, name: str) -> None:
        """End one of the processes."""
        process = self.processes[name]
        process.terminate()
        process.wait(30)


@contextmanager
def process(served: Throwaway, name: str, port: int, env: dict[str, str]) -> Iterator[Any]:
    values = {
        "host": HOSTS[name],
        "port": str(port),
        "simulator_port": "0",
        "data": str(served.data),
    }
    command = ROLES["web"].command(values, "--workers", "1")
    with open(served.layout.log / f"apart-{name}.log", "ab") as log:
        running = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log)
    try:
        yield running
    finally:
        running.terminate()
        running.wait(30)


@contextmanager
def apart(served: Throwaway, scheme: str, second: str = "boss") -> Iterator[Apart]:
    """Run the centre, CRM's console and a second one for as long as the block lasts."""
    ports = {name: free_port() for name in ("sso", "crm", second)}
    urls = {name: f"http://{HOSTS[name]}:{ports[name]}" for name in ports}
    common = served.environment() | {
        "ALLOWED_HOSTS": ",".join(HOSTS.values()),
        "SSO_URL": urls["sso"],
        "CRM_URL": urls["crm"],
        f"{second.upper()}_URL": urls[second],
        "AUTHORIZATION": scheme,
    }
    with ExitStack() as running:
        processes = {}
        for name in ports:
            others = {*DATABASES.values()} - {DATABASES[name]}
            env = {key: one for key, one in common.items() if key not in others}
            env |= {"CONSOLE": name, "BASE_URL": urls[name]}
            processes[name] = running.enter_context(process(served, name, ports[name], env))
        for url in urls.values():
            _wait(f"{url}/health/")
        yield Apart(urls, processes)


def _wait(address: str) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while True:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                assert json.load(answer)["status"] == "ok"
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.3)


def log_in(page: Page, desk: Desk, role: str = "admin") -> None:
    page.fill("[name=login]", desk.operators[role]["username"])
    page.fill("[name=password]", desk.operators[role]["password"])
    page.press("[name=password]", "Enter")


def open_at(page: Page, address: str) -> None:
    page.goto(address, wait_until="networkidle")


@pytest.mark.parametrize(
    ("scheme", "second", "arrows"),
    [("distributed", "boss", 22), ("centralized", "boss", 26), ("distributed", "oss", 22)],
)
def test_sign_in_once_work_in_both_sign_off_once(
    served: Throwaway,
    chromium: Browser,
    desk: Callable[..., Desk],
    scheme: str,
    second: str,
    arrows: int,
) -> None:
    seat = desk()
    page = seat.page
    seat.troubles.clear()
    with apart(served, scheme, second) as consoles:
        crm, other, sso = (consoles.urls[name] for name in ("crm", second, "sso"))
        open_at(page, f"{crm}/crm/")
        assert page.url.startswith(f"{sso}/sso/login/")
        log_in(page, seat)
        page.wait_for_url(f"{crm}/crm/")
        _work(page)
        open_at(page, f"{other}/{second}/")  # no second login
        assert page.url == f"{other}/{second}/"
        _work(page)

        open_at(page, f"{sso}/sso/sign-ons/")
        number = _going_on(served)
        open_at(page, f"{crm}/crm/flows/{number}/")
        drawn = page.locator("svg.sequence-body a.arrow")
        expect(drawn).to_have_count(arrows)
        words = page.inner_text("body")
        assert "操作人员登录" in words

        open_at(page, f"{other}/{second}/")
        _sign_off(page, other)
        page.wait_for_url(f"{sso}/sso/login/**")
        _is_out(page, f"{crm}/crm/", sso)
        _is_out(page, f"{other}/{second}/", sso)


def _work(page: Page) -> None:
    """The first operation at a console: a search for what waits that changes nothing."""
    base = page.url
    token = page.locator("[name=csrfmiddlewaretoken]").first.get_attribute("value")
    status = page.evaluate(
        """async ([address, token]) => (await fetch(address, {
            method: "POST", headers: {"X-CSRFToken": token},
        })).status""",
        [f"{base}integration/inboxmessage/", token],
    )
    assert status == 200


def _sign_off(page: Page, base: str) -> None:
    page.evaluate(
        """() => document.querySelector("form[action$='/logout/']").submit()""",
    )


def _is_out(page: Page, address: str, sso: str) -> None:
    """By the message within seconds; at CRM at once."""
    deadline = time.monotonic() + 30
    while True:
        open_at(page, address)
        if page.url.startswith(f"{sso}/sso/login/"):
            return
        assert time.monotonic() < deadline, page.url
        time.sleep(0.5)


def _going_on(served: Throwaway) -> str:
    """The number of the sign-on that goes on, as the centre has written it down."""
    import psycopg

    address = served.environment()["DATABASE_URL"]
    with psycopg.connect(address.replace("postgres://", "postgresql://")) as connection:
        row = connection.execute(
            "SELECT number FROM auth_center_signon WHERE ended_at IS NULL ORDER BY id DESC LIMIT 1"
        ).fetchone()
    assert row is not None
    return str(row[0])


def test_who_sits_at_a_console_goes_on_while_the_centre_is_down(
    served: Throwaway, chromium: Browser, desk: Callable[..., Desk]
) -> None:
    seat = desk()
    page = seat.page
    with apart(served, "distributed") as consoles:
        crm, boss, sso = (consoles.urls[name] for name in ("crm", "boss", "sso"))
        open_at(page, f"{crm}/crm/")
        log_in(page, seat)
        page.wait_for_url(f"{crm}/crm/")
        consoles.stop("sso")
        open_at(page, f"{crm}/crm/")
        assert page.url == f"{crm}/crm/"
        answer = page.request.get(f"{boss}/boss/login/", max_redirects=0)
        assert answer.headers["location"].startswith(f"{sso}/identity/o/authorize?")
