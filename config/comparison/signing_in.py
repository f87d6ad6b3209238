"""One operator signs on, works in two consoles and signs off, as a browser without scripts would.

What was said meanwhile is read from the trace that the systems stored of it.
"""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from urllib.parse import urljoin

import requests

TIMEOUT_SECONDS = 30
_FORM = re.compile(r"<form\b[^>]*>.*?</form>", re.DOTALL)
_HIDDEN = re.compile(r"<input\b[^>]*type=\"hidden\"[^>]*>")
_ATTRIBUTE = re.compile(r"(\w+)=\"([^\"]*)\"")


class NotSignedIn(Exception):
    """The sign-on did not lead to a console."""


class Browser:
    """Keeps cookies, follows redirects, fills in forms."""

    def __init__(self, base_url: str, username: str, password: str) -> None:
        self._base = base_url
        self._who = {"login": username, "password": password}
        self._session = requests.Session()

    def sign_in(self, console: str) -> None:
        """Open a console; whoever is not signed on yet is asked by the centre."""
        page = self._get(f"/{console}/")
        if 'name="password"' in page.text:
            page = self._submit(page, 'name="password"', self._who)
        if f"/{console}/" not in page.url or page.status_code != 200:
            raise NotSignedIn(f"{page.status_code} at {page.url}: {_words(page.text)}")

    def operate(self, console: str) -> None:
        """Do something at the console that asks for a permission: look how everything stands."""
        page = self._get(f"/{console}/")
        done = self._submit(page, 'name="language"', {}, to=f"/{console}/health/parts/")
        if done.status_code != 200:
            raise NotSignedIn(f"{done.status_code} at {done.url}")

    def _get(self, path: str) -> requests.Response:
        return self._session.get(self._base + path, timeout=TIMEOUT_SECONDS)

    def _submit(
        self, page: requests.Response, containing: str, values: dict[str, str], to: str = ""
    ) -> requests.Response:
        form = next((one for one in _FORM.findall(page.text) if containing in one), None)
        if form is None:
            raise NotSignedIn(f"no form with {containing} at {page.url}")
        hidden = [dict(_ATTRIBUTE.findall(one)) for one in _HIDDEN.findall(form)]
        filled = {one["name"]: unescape(one.get("value", "")) for one in hidden if "name" in one}
        opening = dict(_ATTRIBUTE.findall(form[: form.index(">")]))
        return self._session.post(
            urljoin(page.url, to or unescape(opening.get("action", ""))),
            data=filled | values,
            headers={"Referer": page.url},
            timeout=TIMEOUT_SECONDS,
        )


def _words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())[:300]


def arrows_of(base_url: str, demo_operator: dict[str, Any]) -> list[dict[str, str]]:
    """Sign in, work in CRM and in BOSS; return the arrows of the sign-on's trace in their order."""
    from auth_center.models import SignOn
    from integration.trace import assemble_trace

    browser = Browser(base_url, demo_operator["username"], demo_operator["password"])
    for console in ("crm", "boss"):
        browser.sign_in(console)
        browser.operate(console)
    sign_on = SignOn.objects.filter(staff_no=demo_operator["username"]).latest("started_at")
    return [
        {"from": step.source, "to": step.target, "message": step.message, "note": step.note}
        for step in assemble_trace(sign_on.number).steps
    ]
