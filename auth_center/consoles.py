"""The three consoles: each its own path, session cookie, and system's database."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from functools import wraps
from typing import Any, cast

from django.conf import settings
from django.contrib.admin.utils import quote
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.text import capfirst
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST
from django.views.i18n import set_language
from unfold.dataclasses import SearchResult
from unfold.sites import UnfoldAdminSite

from auth_center.actors import Actor
from auth_center.permissions import VIEW_MESSAGE, require
from auth_center.sign_on import arriving, centre, sessions
from core.console import Page, in_both_languages, render_refusal, said
from core.console.panels import fill_column
from core.errors import DomainError
from core.systems import System, console
from integration.letters import count_letters

LAST_GROUPS = {("权限", "Access"): 1, ("系统", "System"): 2}  # after the business of the day
MOST_FOUND = 5  # rows of one table that the search names
CENTRE_COOKIE = "sanhu_sso"
PATHS = {"/crm/": System.CRM, "/boss/": System.BOSS, "/oss/": System.PROVISIONING}


def actor_of(request: HttpRequest) -> Actor:
    """Return the operator of ``request`` as the doors take it."""
    user: Any = request.user
    return cast(Actor, user.actor(terminal=request.META.get("REMOTE_ADDR", "")))


class ConsoleSessionMiddleware(SessionMiddleware):
    """Gives each console a session of its own, in its own system's database, and the centre one.

    Cookies are not kept apart by port, so each console's cookie has its own name and path. What
    this process does not host has no session here: its database may be out of reach.
    """

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        prefix = next((path for path in PATHS if request.path.startswith(path)), None)
        if prefix is None:
            cookie = CENTRE_COOKIE if settings.HOSTS_CENTRE else ""
            return self._answer(request, cookie, "/", None)
        system = PATHS[prefix]
        if str(system) not in settings.SANHU_SYSTEMS:
            return self._answer(request, "", prefix, None)
        with console(system):
            return self._answer(request, f"sanhu_{system.queue}", prefix, system)

    def _answer(
        self, request: HttpRequest, cookie: str, path: str, system: System | None
    ) -> HttpResponseBase:
        standard = settings.SESSION_COOKIE_NAME
        request.COOKIES.pop(standard, None)
        if cookie in request.COOKIES:
            request.COOKIES[standard] = request.COOKIES[cookie]
        self.process_request(request)
        if system is None and cookie and request.path.startswith(centre.PATHS):
            centre.drop_what_is_over(request)
        response: HttpResponse = self.get_response(request)  # type: ignore[assignment]
        if system is not None:
            sessions.keep_session(request, system, response.status_code, timezone.now())
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
    """An admin site on one system's data, open to its operators.

    ``titles`` are its names in Chinese and English, ``apps`` the apps in the order of a day's
    work; the others follow.
    """

    def __init__(self, system: System, titles: tuple[str, str], apps: tuple[str, ...]) -> None:
        super().__init__(name=system.queue)
        self.system = system
        self.titles = titles
        self.apps = apps
        self.pages: dict[str, Page] = {}

    def add_page(self, page: Page) -> None:
        """Show a page: at its address, and in the sidebar where it has a group there."""
        self.pages[page.name] = page

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Show a table; it and what is shown with it is named in the reader's language."""
        super().register(model_or_iterable, admin_class, **options)
        several = isinstance(model_or_iterable, Iterable)
        for model in model_or_iterable if several else [model_or_iterable]:
            in_both_languages(model)
            for inline in self._registry[model].inlines:
                in_both_languages(inline.model)

    def has_permission(self, request: HttpRequest) -> bool:
        """Let in an operator who came by a sign-on, is active now and may do anything at all."""
        user: Any = request.user
        return bool(user.is_authenticated and sessions.stands(request) and user.grants)

    def extra_urls(self) -> list[URLPattern]:
        """Return where the language is chosen, where a sign-on comes back, and the pages.

        They lie inside the console because the CSRF token lies in the console's session.
        """
        pages = [path(page.path, self._open(page), name=page.name) for page in self.pages.values()]
        return [
            path("language/", set_language, name="language"),
            path("login/callback/", self.callback, name="callback"),
            *pages,
        ]

    def _open(self, page: Page) -> Any:
        """Return the page's view for whoever may open it; a refusal becomes a page as well."""

        @wraps(page.view)
        def view(request: HttpRequest, **parts: Any) -> HttpResponse:
            asked: Any = request
            asked.current_app, asked.console = self.name, self
            try:
                require(actor_of(request), page.permission)
                return page.view(request, **parts)
            except DomainError as refusal:
                return render_refusal(request, refusal)

        return self.admin_view(view)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Name the console in the reader's language."""
        context: dict[str, Any] = super().each_context(request)
        title = said(*self.titles)
        return context | {
            "site_title": title,
            "site_header": title,
            "languages_action": reverse(f"{self.name}:language"),
        }

    def get_app_list(
        self, request: HttpRequest, app_label: str | None = None
    ) -> list[dict[str, Any]]:
        """Return the apps in the order of a day's work, their tables as they were registered."""
        found = self._build_app_dict(request, app_label)
        first = [label for label in self.apps if label in found]
        rest = [label for label in found if label not in first]
        return [found[label] for label in [*first, *rest]]

    def get_sidebar_list(self, request: HttpRequest) -> list[dict[str, Any]]:
        """Return the pages that this operator may open, then the tables, an app a group."""
        tables = [
            {
                "title": app["name"],
                "items": [
                    self._entry(request, one)
                    for one in app["models"]
                    if self._registry[one["model"]].in_sidebar
                ],
            }
            for app in self.get_app_list(request)
        ]
        return [*self.page_groups(request), *(group for group in tables if group["items"])]

    def page_groups(self, request: HttpRequest) -> list[dict[str, Any]]:
        """Return the pages that stand in the sidebar and that this operator may open, by group."""
        actor = actor_of(request)
        groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for page in self.pages.values():
            if page.group is None or not actor.may(page.permission):
                continue
            if page.offered is not None and not page.offered():
                continue
            address = reverse(f"{self.name}:{page.name}")
            entry = {
                "title": said(*page.titles),
                "icon": page.icon,
                "link": address,
                "active": request.path == address,
                "has_permission": True,
                "count": page.count(self.system, actor) if page.count else 0,
            }
            groups.setdefault(page.group, []).append(entry)
        ordered = sorted(groups.items(), key=lambda one: LAST_GROUPS.get(one[0], 0))
        return [{"title": said(*group), "items": items} for group, items in ordered]

    def _entry(self, request: HttpRequest, table: dict[str, Any]) -> dict[str, Any]:
        return {
            "title": table["name"],
            "icon": self._registry[table["model"]].icon,
            "link": table["admin_url"],
            "active": request.path.startswith(table["admin_url"]),
            "has_permission": True,
        }

    def search(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Find pages and tables by their names and rows by a whole number.

        Unfold's own search keeps what it finds under the operator's key, and the same key is
        another person's in another console.
        """
        began = time.monotonic()
        term = request.GET.get("s", "").replace("\x00", "").strip()
        if not term:
            return HttpResponse()
        found = [
            *self._pages_named(request, term),
            *self._tables_named(request, term),
            *self._rows_numbered(request, term),
        ]
        return TemplateResponse(
            request,
            "unfold/helpers/command_results.html",
            {
                "page_obj": Paginator(found, len(found) or 1),
                "results": found,
                "page_counter": 0,
                "execution_time": time.monotonic() - began,
            },
            headers={"HX-Trigger": "search"},
        )

    def _pages_named(self, request: HttpRequest, term: str) -> Iterator[SearchResult]:
        for group in self.page_groups(request):
            for one in group["items"]:
                if term.lower() in f"{group['title']} {one['title']}".lower():
                    yield SearchResult(one["title"], group["title"], one["link"], one["icon"])

    def _tables_named(self, request: HttpRequest, term: str) -> Iterator[SearchResult]:
        for app in self.get_app_list(request):
            for table in app["models"]:
                if term.lower() in f"{app['name']} {table['name']}".lower():
                    yield SearchResult(table["name"], str(app["name"]), table["admin_url"], "tag")

    def _rows_numbered(self, request: HttpRequest, term: str) -> Iterator[SearchResult]:
        for model, admin in self._registry.items():
            if not (admin.finds_numbers and admin.has_view_permission(request)):
                continue
            rows, _ = admin.get_search_results(request, admin.get_queryset(request), term)
            meta = model._meta
            for row in rows[:MOST_FOUND]:
                address = reverse(
                    f"{self.name}:{meta.app_label}_{meta.model_name}_change", args=[quote(row.pk)]
                )
                yield SearchResult(str(row), capfirst(str(meta.verbose_name)), address, admin.icon)

    def index(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Show what may be looked at, and first what waits for a decision."""
        user: Any = request.user
        letters = count_letters(self.system) if user.has_perm(VIEW_MESSAGE) else None
        shown = {
            "letters": letters,
            "panels": fill_column(self.name, "overview", actor_of(request), "", request.GET),
            "title": said("工作台", "Overview"),
            "page_groups": self.page_groups(request),
        }
        return cast(HttpResponse, super().index(request, shown))

    @method_decorator(never_cache)
    @method_decorator(require_GET)
    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Send the browser to the centre, which knows who sits there or asks."""
        return arriving.go_to_centre(request, self.system)

    @method_decorator(never_cache)
    @method_decorator(require_GET)
    def callback(self, request: HttpRequest) -> HttpResponse:
        """Take in who comes back from the centre."""
        return arriving.come_back(request, self.system)

    @method_decorator(never_cache)
    @method_decorator(require_POST)
    def logout(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Sign off, here and everywhere."""
        return arriving.leave(request, self.system)

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Refuse: a password is the same in every system, so no single console changes it."""
        raise Http404

    def password_change_done(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Refuse: no console has changed one."""
        raise Http404


crm_console = Console(
    System.CRM, ("三户 CRM", "Sanhu CRM"), ("customers", "orders", "products", "integration")
)
boss_console = Console(System.BOSS, ("三户 BOSS", "Sanhu BOSS"), ("billing", "integration"))
oss_console = Console(
    System.PROVISIONING, ("三户 开通", "Sanhu Provisioning"), ("provisioning", "integration")
)
