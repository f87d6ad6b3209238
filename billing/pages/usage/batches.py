"""话单批次: files and calls as they came together, how far each is, and taking a file in."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.db.models import Count, Max, Q
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from auth_center.consoles import actor_of
from billing import permissions, usage
from billing.models import UsageBatch, WorkPartition
from billing.pages.usage import words
from billing.pages.usage.turning import text, turned
from billing.rating import resume_batch
from billing.states import BatchState, PartitionState
from billing.usage.ending import stopped
from core.console import render_page, render_part, said
from core.errors import DomainError

LARGEST_UPLOAD = 32 << 20  # a larger one is put into the watched folder
MOVING = (BatchState.LOADING, BatchState.LOADED, BatchState.RATING)


def show_list(request: HttpRequest) -> HttpResponse:
    """Show batches, newest first."""
    may = actor_of(request).may(permissions.LOAD_USAGE)
    return render_page(
        request,
        "billing/usage/batches.html",
        title=said("话单批次", "Usage batches"),
        may=may,
        states=[(key, said(zh, en)) for key, (zh, en, _) in words.BATCHES.items()],
        largest=LARGEST_UPLOAD >> 20,
        **_listed(request),
    )


def show_rows(request: HttpRequest) -> HttpResponse:
    """The same list alone, for a page that follows what moves."""
    return render_part(request, "billing/usage/batch_rows.html", **_listed(request))


def load(request: HttpRequest) -> HttpResponse:
    """Take in a file that somebody sends from here."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    file = request.FILES.get("file")
    if file is None or (file.size or 0) > LARGEST_UPLOAD:
        zh, en = "请选择不超过 32 MB 的文件", "Choose a file of at most 32 MB"
        messages.error(request, said(zh, en))
        return redirect("boss:usage_batches")
    with tempfile.NamedTemporaryFile(prefix="usage-") as kept:
        for chunk in file.chunks():
            kept.write(chunk)
        kept.flush()
        try:
            batch = usage.receive_file(
                path=Path(kept.name),
                name=file.name or "",
                actor=actor_of(request),
                at=timezone.now(),
            )
        except DomainError as refusal:
            messages.error(request, said(refusal.zh, refusal.en))
        else:
            messages.success(request, _told(batch))
    return redirect("boss:usage_batches")


def act(request: HttpRequest, id: int) -> HttpResponse:
    """Let parts that failed be rated again, or end a file of which the rest never came."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    actor, at = actor_of(request), timezone.now()
    try:
        if request.POST.get("deed") == "end":
            why = request.POST.get("why", "").replace("\x00", "")
            batch = usage.end_loading(batch_id=id, why=why, actor=actor, at=at)
            done = said(f"批次 {id} 已结束入库", f"Batch {id} ends after line {batch.taken_lines}")
        else:
            count = resume_batch(batch_id=id, actor=actor, at=at)
            done = said(
                f"批次 {id} 重新批价 {count} 个分片", f"Batch {id} is rated again, parts: {count}"
            )
    except DomainError as refusal:
        messages.error(request, said(refusal.zh, refusal.en))
    else:
        messages.success(request, done)
    return redirect("boss:usage_batches")


def _listed(request: HttpRequest) -> dict[str, Any]:
    state = text(request, "state")
    state = state if state in words.BATCHES else ""
    found = usage.list_batches()
    if state:
        found = found.filter(state=state)
    rows, newer, older = turned(found, request)
    parts = _parts([one.pk for one in rows if one.state == BatchState.RATING])
    may = actor_of(request).may(permissions.MEND_USAGE)
    ends = set(stopped(timezone.now()).values_list("pk", flat=True)) if may else set()
    asked = {"state": state} if state else {}
    here = {name: text(request, name) for name in ("before", "after") if name in request.GET}
    return {
        "state": state,
        "rows": [{**_row(one, parts), "may_end": one.pk in ends, "may_mend": may} for one in rows],
        "moving": any(one.state in MOVING for one in rows),
        "again": urlencode({**asked, **here}),
        "newer": "?" + urlencode({**asked, "after": newer}) if newer else "",
        "older": "?" + urlencode({**asked, "before": older}) if older else "",
    }


def _parts(ids: list[int]) -> dict[int, Any]:
    """Return of batches that are being rated how many parts are done or failed, of how many."""
    found = (
        WorkPartition.objects.filter(work="rating", of_id__in=ids)
        .values("of_id")
        .annotate(
            done=Count("pk", filter=Q(state=PartitionState.DONE)),
            failed=Count("pk", filter=Q(state=PartitionState.FAILED)),
            cause=Max("cause"),
            all=Count("pk"),
        )
    )
    return {one["of_id"]: one for one in found}


def _row(one: UsageBatch, parts: dict[int, Any]) -> dict[str, Any]:
    told: Any = one.told
    counts: Any = one.counts
    aside = counts.get("quarantined", {})
    done, all_of = one.taken_bytes, told.get("end", 0)
    rated = parts.get(one.pk, {})
    if one.state == BatchState.RATING:
        done, all_of = rated.get("done", 0), rated.get("all", 0)
    quarantine = reverse("boss:usage_quarantine")
    return {
        "batch": one,
        "source": words.word(words.SOURCES, one.source),
        "badge": words.badge(words.BATCHES, one.state),
        "cause": said(one.cause_zh, one.cause_en),
        "failed": rated.get("failed", 0),
        "why": rated.get("cause", ""),
        "percent": min(100, 100 * done // all_of) if all_of else 0,
        "shows_bar": one.state in (BatchState.LOADING, BatchState.RATING) and bool(all_of),
        "duplicates": counts.get("duplicates", 0),
        "aside": sum(aside.values()),
        "reasons": ", ".join(
            f"{words.word(words.REASONS, why)} {count}" for why, count in aside.items()
        ),
        "quarantine": f"{quarantine}?{urlencode({'batch': str(one.pk), 'state': 'all'})}",
        "usage": f"{reverse('boss:usage_list')}?{urlencode({'batch': one.pk})}",
        "received": f"{timezone.localtime(one.received_at):%Y-%m-%d %H:%M:%S}",
    }


def _told(batch: UsageBatch) -> str:
    counts: Any = batch.counts
    aside = sum(counts.get("quarantined", {}).values())
    return said(
        f"批次 {batch.pk}: 入库 {batch.records} 条, 重复 {counts.get('duplicates', 0)} 条, "
        f"异常 {aside} 条",
        f"Batch {batch.pk}: {batch.records} records, {counts.get('duplicates', 0)} duplicates, "
        f"{aside} set aside",
    )
