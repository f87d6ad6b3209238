"""操作审计: who did what, when, from where, on what; each console shows its own system's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from auth_center.actors import Actor
from auth_center.audit import record
from auth_center.consoles import actor_of, crm_console
from auth_center.models import AuditEntry
from auth_center.pages.audit_words import actor_words, operation_words, subject_words
from auth_center.pages.change_words import change_words, value_words
from auth_center.permissions import EXPORT_AUDIT, VIEW_AUDIT, VIEW_FLOW
from auth_center.recorded import (
    COUNTED,
    Sought,
    count_unsealed,
    each,
    get_entry,
    last_seal,
    list_entries,
    list_operations,
    mark_of,
    newer,
    older,
    seal_over,
)
from auth_center.sealing import is_as_sealed
from core.console import Page, number_of, render_page, said
from core.masking import FULL_PHONE, mask_values
from core.sheets import sheet_answer

ROWS = 50
MOST_EXPORTED = 10_000
LATE = timedelta(seconds=90)  # sealing that is behind by more than that does not work


def show_audit(request: HttpRequest) -> HttpResponse:
    """Show what was recorded, newest first, narrowed to what is looked for."""
    asked: Any = request
    system, actor, now = asked.console.system, actor_of(request), timezone.now()
    sought = _sought(request)
    rows, before, behind = _turned(list_entries(system, actor, sought), request)
    seal = last_seal(system)
    unsealed, waits_since = count_unsealed(system, seal)
    shown = _asked(request)
    return render_page(
        request,
        "auth_center/audit.html",
        title=said("操作审计", "Audit"),
        home=_home(request),
        export=reverse(f"{asked.console.name}:audit-export"),
        sought=shown,
        anything=sought.anything,
        rows=[_row(request, actor, one) for one in rows],
        newer=_address(shown, after=before) if before else "",
        older=_address(shown, before=behind) if behind else "",
        asked=_address(shown),
        operations=sorted(
            ((name, operation_words(name)) for name in list_operations(system)),
            key=lambda pair: pair[1],
        ),
        seal=seal,
        unsealed=unsealed,
        counted=COUNTED,
        late=waits_since is not None and now - waits_since > LATE,
        may_export=actor.may(EXPORT_AUDIT),
        most=MOST_EXPORTED,
    )


def show_entry(request: HttpRequest, id: int) -> HttpResponse:
    """Show one entry whole, what changed, and whether it is as it was sealed."""
    asked: Any = request
    actor = actor_of(request)
    entry = get_entry(asked.console.system, actor, id)
    seal = seal_over(entry)
    return render_page(
        request,
        "auth_center/audit_entry.html",
        title=said("操作记录", "Entry of the audit"),
        home=_home(request),
        row=_row(request, actor, entry),
        changes=_changes(_seen(actor, entry.before), _seen(actor, entry.after)),
        seal=seal,
        whole=seal is not None and is_as_sealed(seal, entry),
    )


def export_audit(request: HttpRequest) -> HttpResponse:
    """Answer with what is looked for as CSV, newest first; that somebody took it is recorded."""
    asked: Any = request
    system, actor, now = asked.console.system, actor_of(request), timezone.now()
    found = list_entries(system, actor, _sought(request))
    headers = [
        said("编号", "Entry"), said("时间", "At"), said("操作人类型", "Kind of actor"),
        said("操作人", "Who"), said("渠道", "Channel"), said("终端", "Terminal"),
        said("操作", "Operation"), said("操作代码", "Name of the operation"),
        said("对象", "On"), said("流程号", "Flow"), said("变更前", "Before"),
        said("变更后", "After"),
    ]  # fmt: skip
    rows = list(_exported(actor, each(found, most=MOST_EXPORTED)))
    after = {"rows": len(rows), **{name: text for name, text in _asked(request).items() if text}}
    record(system, actor, EXPORT_AUDIT, "audit", at=now, after=after)
    name = f"audit-{system}-{timezone.localtime(now):%Y%m%d-%H%M}.csv"
    return sheet_answer(name, headers, rows)


def _home(request: HttpRequest) -> str:
    asked: Any = request
    return reverse(f"{asked.console.name}:audit")


def _asked(request: HttpRequest) -> dict[str, str]:
    """Return what stands in the fields, as it was typed."""
    names = ("who", "operation", "subject", "flow", "since", "until")
    return {name: request.GET.get(name, "").replace("\x00", "").strip()[:80] for name in names}


def _sought(request: HttpRequest) -> Sought:
    asked = _asked(request)
    until = _instant(asked["until"])
    if until is not None:
        until += timedelta(days=1) if len(asked["until"]) == len("2026-01-01") else timedelta(0)
    return Sought(
        who=asked["who"],
        operation=asked["operation"],
        subject=asked["subject"] if ":" in asked["subject"] else number_of(asked["subject"]),
        flow_no=number_of(asked["flow"]),
        since=_instant(asked["since"]),
        until=until,
    )


def _instant(text: str) -> datetime | None:
    """Return the instant that a day or a time of day names at the operator's place."""
    try:
        moment = parse_datetime(text)
        day = None if moment else parse_date(text)
    except ValueError:
        return None
    if day is not None:
        moment = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - made aware below
    if moment is None or not 1971 <= moment.year <= 9000:
        return None
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


def _address(asked: dict[str, str], **more: str) -> str:
    held = {name: text for name, text in {**asked, **more}.items() if text}
    return "?" + urlencode(held)


def _turned(found: Any, request: HttpRequest) -> tuple[list[AuditEntry], str, str]:
    """Return a page's entries, and the marks from which the newer and the older ones follow."""
    before, after = request.GET.get("before", ""), request.GET.get("after", "")
    if after:
        rows = list(newer(found, after)[: ROWS + 1])
        more, rows = len(rows) > ROWS, rows[:ROWS][::-1]
        if rows:
            return rows, mark_of(rows[0]) if more else "", mark_of(rows[-1])
    rows = list(older(found, before)[: ROWS + 1])
    more, rows = len(rows) > ROWS, rows[:ROWS]
    first = mark_of(rows[0]) if before and rows else ""
    return rows, first, mark_of(rows[-1]) if more else ""


def _row(request: HttpRequest, actor: Actor, one: AuditEntry) -> dict[str, Any]:
    asked: Any = request
    site = asked.console.name
    flow = ""
    if one.flow_no and site == crm_console.name and actor.may(VIEW_FLOW):
        flow = reverse(f"{site}:flow", args=[one.flow_no]) if "flow" in crm_console.pages else ""
    seen = _seen(actor, one.subject)
    return {
        "entry": one,
        "at": timezone.localtime(one.at).strftime("%Y-%m-%d %H:%M:%S"),
        "who": actor_words(one.actor_kind),
        "operation": operation_words(one.operation),
        "subject": subject_words(seen),
        "mine": _address({"who": one.actor_number}),
        "same": _address({"subject": seen}) if seen == one.subject else "",
        "flow": flow,
        "address": reverse(f"{site}:audit-entry", args=[one.pk]),
    }


def _seen(actor: Actor, value: Any) -> Any:
    """Return what ``actor`` may see of a value: whole numbers or masked ones."""
    return value if actor.may(FULL_PHONE) else mask_values(value)


def _changes(before: Any, after: Any) -> list[dict[str, Any]]:
    """Return each thing that the entry names, as it was and as it is since."""
    old = before if isinstance(before, dict) else {} if before is None else {"": before}
    new = after if isinstance(after, dict) else {} if after is None else {"": after}
    return [
        {
            "name": change_words(name),
            "before": value_words(name, old[name]) if name in old else None,
            "after": value_words(name, new[name]) if name in new else None,
            "differs": name in old and name in new and old[name] != new[name],
        }
        for name in {**old, **new}
    ]


def _exported(actor: Actor, found: Iterator[AuditEntry]) -> Iterator[list[str]]:
    for one in found:
        yield [
            str(one.pk), timezone.localtime(one.at).isoformat(timespec="milliseconds"),
            actor_words(one.actor_kind), one.actor_number, one.channel, one.terminal,
            operation_words(one.operation), one.operation, _seen(actor, one.subject),
            one.flow_no, _line(actor, one.before), _line(actor, one.after),
        ]  # fmt: skip


def _line(actor: Actor, value: Any) -> str:
    return "" if value is None else json.dumps(_seen(actor, value), ensure_ascii=False)


PAGES = (
    Page(
        path="audit/",
        name="audit",
        view=show_audit,
        permission=VIEW_AUDIT,
        titles=("操作审计", "Audit"),
        icon="policy",
        group=("权限", "Access"),
    ),
    Page(
        path="audit.csv",
        name="audit-export",
        view=export_audit,
        permission=EXPORT_AUDIT,
        titles=("导出操作审计", "Export the audit"),
    ),
    Page(
        path="audit/<int:id>/",
        name="audit-entry",
        view=show_entry,
        permission=VIEW_AUDIT,
        titles=("操作记录", "Entry of the audit"),
    ),
)
