"""The three consoles: each its own path, session cookie, and system's database."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from unfold.sites import UnfoldAdminSite

from core.systems import System, console

PATHS = {"/crm/": System.CRM, "/boss/": System.BOSS, "/oss/": System.PROVISIONING}


class ConsoleSessionMiddleware(SessionMiddleware):
    """Gives each console a session of its own, in its own system's database.

    Cookies are not kept apart by port, so each console's cookie has its own name and path.
    """

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        prefix = next((path for path in PATHS if request.path.startswith(path)), None)
        if prefix is None:
            return self._answer(request, "sanhu_sso", "/")
        with console(PATHS[prefix]):
            return self._answer(request, f"sanhu_{prefix.strip('/')}", prefix)

    def _answer(self, request: HttpRequest, cookie: str, path: str) -> HttpResponseBase:
        standard = settings.SESSION_COOKIE_NAME
        request.COOKIES.pop(standard, None)
        if cookie in request.COOKIES:
            request.COOKIES[standard] = request.COOKIES[cookie]
        self.process_request(request)
        response: HttpResponse = self.get_response(request)  # type: ignore[assignment]
        response = self.process_response(request, response)
        morsel = response.cookies.pop(standard, None)
        if morsel is not None:
            response.set_cookie(
                cookie,
                morsel.value,
                max_age=morsel["max-age"] if morsel["max-age"] != "" else None,
                path=path,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        return response


class Console(UnfoldAdminSite):  # type: ignore[misc]  # unfold has no types
    """An admin site on one system's data, open to its operators."""

    def __init__(self, system: System, title: str) -> None:
        super().__init__(name=system.queue)
        self.system = system
        self.site_header = self.site_title = self.index_title = title

    def has_permission(self, request: HttpRequest) -> bool:
        """Let in an operator who is active now and may do anything at all here."""
        user: Any = request.user
        return bool(user.is_authenticated and user.grants)


crm_console = Console(System.CRM, "三户 CRM")
boss_console = Console(System.BOSS, "三户 BOSS")
oss_console = Console(System.PROVISIONING, "三户 开通")
