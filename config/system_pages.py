"""The health page, in every console: what is well, what is not, and what to do about it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from auth_center.consoles import boss_console, crm_console, oss_console
from auth_center.permissions import VIEW_HEALTH
from config.examination import DOWN, OK, UNKNOWN, WARN, examine
from core.console import Page, render_page, render_part, said

STATES = {
    OK: ("正常", "Well", "success"),
    WARN: ("注意", "Look at it", "warning"),
    DOWN: ("故障", "Down", "danger"),
    UNKNOWN: ("未知", "Unknown", "quiet"),
}


def show(request: HttpRequest) -> HttpResponse:
    """The whole page; its parts come again by themselves."""
    return render_page(
        request, "health/health.html", title=said("系统健康", "Health"), **_examined(request)
    )


def show_parts(request: HttpRequest) -> HttpResponse:
    """How everything stands just now."""
    return render_part(request, "health/parts.html", **_examined(request))


def _examined(request: HttpRequest) -> dict[str, Any]:
    at = timezone.now()
    examined = examine(at)
    sections = [
        {
            "title": section.title,
            "parts": [
                {
                    "part": part,
                    "word": said(*STATES[part.state][:2]),
                    "colour": STATES[part.state][2],
                }
                for part in section.parts
            ],
        }
        for section in examined.sections
    ]
    return {"sections": sections, "troubles": examined.troubles, "worst": examined.worst, "at": at}


for _console in (crm_console, boss_console, oss_console):
    _console.add_page(
        Page(
            path="health/",
            name="health",
            view=show,
            permission=VIEW_HEALTH,
            titles=("系统健康", "Health"),
            icon="monitor_heart",
            group=("系统", "System"),
        )
    )
    _console.add_page(
        Page(
            path="health/parts/",
            name="health_parts",
            view=show_parts,
            permission=VIEW_HEALTH,
            titles=("系统健康", "Health"),
        )
    )
