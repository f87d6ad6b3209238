"""A running instance and a real browser; both are there, or the tests fail."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    Playwright,
    expect,
    sync_playwright,
)

from config.instance.throwaway import Throwaway, throwaway_instance
from tests.channel import Channel

CHROMIUM = "/usr/bin/chromium"
PATIENCE_MS = 60_000  # for what is to appear on a busy machine
expect.set_options(timeout=PATIENCE_MS)
LANGUAGES = {"zh": "zh-CN", "en": "en-US"}
WIDTHS = {"desktop": 1440, "narrow": 390}
# A preview that is typed past is given up for the newer one; htmx says so as if it were an error.
OVERTAKEN = ("htmx:afterRequest", "htmx:sendAbort")


@pytest.fixture(scope="session")
def served() -> Iterator[Throwaway]:
    """An instance of its own, with the demo operator."""
    with throwaway_instance("browser") as instance:
        yield instance


@pytest.fixture(scope="module")
def driven() -> Iterator[Playwright]:
    """Ended with its module: while it runs, its event loop is in Django's way."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="module")
def chromium(driven: Playwright) -> Iterator[Browser]:
    browser = driven.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def channel(served: Throwaway) -> Channel:
    """The demo channel, signed in: it makes what a test needs before a clerk sits down."""
    channel = Channel(served.demo, timeout=90)
    channel.sign_in()
    return channel


class Desk:
    """A browser at an operator's desk; it keeps what went wrong on its pages."""

    def __init__(self, served: Throwaway, context: BrowserContext, language: str) -> None:
        self.language = language
        self.base_url = served.base_url
        self.operators = {one["role"]: one for one in served.demo["operators"]}
        self.context = context
        self.page: Page = context.new_page()
        self.troubles: list[str] = []
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))
        self.page.on("request", self._watch)

    def _hear(self, message: Any) -> None:
        if message.type not in ("error", "warning") or message.text in OVERTAKEN:
            return
        refused = message.text.startswith("Failed to load resource") and "of 40" in message.text
        if not (refused and message.location.get("url") == self.page.url):  # a refusal is a page
            self.troubles.append(message.text)

    def _watch(self, request: Any) -> None:
        if not request.url.startswith((self.base_url, "data:")):
            self.troubles.append(f"loads {request.url}")

    def sign_in(self, console: str, role: str) -> None:
        """Go to a console, and sign on at the centre where nobody has yet at this desk."""
        self.open(f"/{console}/")
        if "/sso/login/" in self.page.url:
            self.page.fill("[name=login]", self.operators[role]["username"])
            self.page.fill("[name=password]", self.operators[role]["password"])
            self.page.press("[name=password]", "Enter")
        self.page.wait_for_url(f"**/{console}/**")
        self.page.wait_for_load_state("networkidle")

    def open(self, path: str) -> int:
        """Go there and wait until it stands; return the status of the answer."""
        answer = self.page.goto(self.base_url + path, wait_until="networkidle")
        assert answer is not None
        return answer.status

    def say(self, zh: str, en: str) -> str:
        """Return the words of this desk's language."""
        return zh if self.language == "zh" else en

    def path(self) -> str:
        """Where the browser stands."""
        return self.page.url.removeprefix(self.base_url)

    def violations(self) -> list[str]:
        """What axe finds on the page once nothing is loading: rule, place and why."""
        self.page.wait_for_function("document.querySelector('.htmx-request') === null")
        found = Axe().run(self.page).response["violations"]
        return [
            f"{rule['id']}: {node['target']} {(node.get('failureSummary') or '')[:300]}"
            for rule in found
            for node in rule["nodes"]
        ]

    def is_well(self) -> None:
        """Assert that axe finds nothing, nothing sticks out, and the browser never complained."""
        assert self.violations() == [], self.path()
        assert self.overflow() <= 0, self.path()
        assert self.troubles == [], self.path()

    def text(self) -> str:
        """What can be read on the page."""
        return self.page.inner_text("body")

    def widen(self, width: str) -> None:
        """Make the window as wide as ``width`` says."""
        self.page.set_viewport_size({"width": WIDTHS[width], "height": 900})

    def overflow(self) -> int:
        """By how many pixels the page is wider than the screen."""
        return int(
            self.page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
        )


@pytest.fixture
def desk(served: Throwaway, chromium: Browser) -> Iterator[Callable[..., Desk]]:
    """Sit down at a desk: a browser with no cookies, in one language, so wide."""
    contexts: list[BrowserContext] = []

    def sit(language: str = "zh", width: str = "desktop", colours: str = "light") -> Desk:
        context = chromium.new_context(
            locale=LANGUAGES[language],
            viewport={"width": WIDTHS[width], "height": 900},
            color_scheme="dark" if colours == "dark" else "light",
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        return Desk(served, context, language)

    yield sit
    for context in contexts:
        context.close()
