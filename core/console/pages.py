"""Pages of a console that are no tables: a form, a queue, a drawing of what happened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from core.errors import DomainError
from core.systems import System
from core.words import said

View = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page: its address below the console, its view, and who may open it.

    ``titles`` are in Chinese and English. A page with a ``group`` (Chinese and English as well)
    stands in the sidebar under it, in the order in which pages were added; one without is reached
    from other pages. One that is not ``offered`` at the moment leaves the sidebar, not its address.
    ``count`` says for a system and an actor how much waits there; the sidebar shows it.
    """

    path: str
    name: str
    view: View
    permission: str
    titles: tuple[str, str]
    icon: str = "article"
    group: tuple[str, str] | None = None
    offered: Callable[[], bool] | None = None
    count: Callable[[System, Any], int] | None = None


def render_page(
    request: HttpRequest, template: str, *, title: str, status: int = 200, **context: Any
) -> HttpResponse:
    """Answer with a page inside the console's frame; ``title`` is in the reader's language."""
    console = cast(Any, request).console
    words = {**console.each_context(request), "title": title, **context}
    return TemplateResponse(request, template, words, status=status)


def render_part(request: HttpRequest, template: str, **context: Any) -> HttpResponse:
    """Answer with a part of a page, for a page that fetches its parts by itself."""
    return TemplateResponse(request, template, context)


def render_refusal(request: HttpRequest, refusal: DomainError) -> HttpResponse:
    """Answer with a refusal in the reader's language and its status."""
    words = said(refusal.zh, refusal.en)
    if request.headers.get("HX-Request"):
        answer = TemplateResponse(request, "core/refused_part.html", {"words": words})
        return cast(HttpResponse, answer)
    return render_page(
        request,
        "core/refused.html",
        title=said("无法办理", "This cannot be done"),
        status=refusal.status,
        words=words,
    )
