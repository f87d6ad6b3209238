"""产品发布: what is on its way to the market, what it changes, and what is to be done next."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from auth_center.actors import Actor
from auth_center.consoles import actor_of, crm_console
from core.console import Page, number_of, render_page, render_part, said
from core.errors import DomainError
from products import permissions, selectors, services
from products.catalogue import CatalogueRefused
from products.models import CatalogueRelease, ReleaseStep
from products.pages import words
from products.pages.draft_ground import PLACES
from products.pages.drafts import entry_named
from products.pages.links import address_of
from products.pages.release_content import SECTION_WORDS, boss_half, changes
from products.pages.release_life import WAITING, deeds, history, stations
from products.selectors import ReleaseNotFound
from products.services import ReleaseMovedOn
from products.states import RELEASE_CLOSED, RELEASE_OPEN, ReleaseStatus

_S = ReleaseStatus
ROWS = 30
MOST_WAITING = 10
LOOK_SECONDS = 3
OPEN = "open"  # whatever is requested and not closed
SHOWN_PROBLEMS = 5
MOST_NAMED = 6  # offerings in the head of a release's page
HEAVY = ("content", "before", "configured")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What a reader looks for; a word that means nothing narrows nothing."""

    status: str = ""
    whose: str = ""
    term: str = ""

    @classmethod
    def of(cls, request: HttpRequest) -> Sought:
        """Read it from the address."""
        status = request.GET.get("status", "")
        term = request.GET.get("q", "").replace("\x00", "")
        return cls(
            status=status if status == OPEN or status in _S.values else "",
            whose="mine" if request.GET.get("whose") == "mine" else "",
            term=number_of(term)[:60],
        )

    @property
    def anything(self) -> bool:
        """Whether it narrows at all."""
        return bool(self.status or self.whose or self.term)

    def address(self, **more: str) -> str:
        """Return the question part of an address that looks for the same."""
        asked = {"status": self.status, "whose": self.whose, "q": self.term, **more}
        return "?" + urlencode({key: value for key, value in asked.items() if value})


# -- the list --------------------------------------------------------------------------------------


def show_releases(request: HttpRequest) -> HttpResponse:
    """Show the releases there are, the newest first; above them what waits for this operator."""
    actor, sought = actor_of(request), Sought.of(request)
    rows, newer, older = _turned(_sought(actor, sought), request)
    first = not sought.anything and not request.GET.get("before") and not request.GET.get("after")
    return render_page(
        request,
        "products/releases.html",
        title=said("产品发布", "Releases"),
        sought=sought,
        waiting=_waiting(actor) if first else [],
        rows=[_row(actor, one) for one in rows],
        newer=sought.address(after=newer) if newer else "",
        older=sought.address(before=older) if older else "",
        statuses=[(OPEN, said("进行中", "Under way"))]
        + [(str(one), words.label(ReleaseStatus, one)) for one in _S.values],
        new=address_of(actor, "catalogue_draft"),
    )


def _sought(actor: Actor, sought: Sought) -> QuerySet[CatalogueRelease]:
    rows = selectors.list_releases().defer(*HEAVY)
    if sought.status:
        states = RELEASE_OPEN if sought.status == OPEN else (sought.status,)
        rows = rows.filter(status__in=states)
    if sought.whose:
        mine = (Q(**{name: actor.number}) for name in ("created_by", "requested_by", "approved_by"))
        rows = rows.filter(Q.create(list(mine), connector=Q.OR))
    if sought.term:
        code = sought.term.upper()
        rows = rows.filter(
            Q(release_no=sought.term)
            | Q(title__icontains=sought.term)
            | Q(codes__overlap=[f"{kind}:{code}" for kind in ("offering", "tariff", "service")])
        )
    return rows


def _turned(
    found: QuerySet[CatalogueRelease], request: HttpRequest
) -> tuple[list[CatalogueRelease], str, str]:
    """Return a page's rows, and the marks from which the newer and the older ones follow."""
    before, after = _mark(request, "before"), _mark(request, "after")
    if after is not None:
        rows = list(found.filter(pk__gt=after).order_by("pk")[: ROWS + 1])
        more, rows = len(rows) > ROWS, rows[:ROWS][::-1]
        return rows, str(rows[0].pk) if more and rows else "", str(rows[-1].pk) if rows else ""
    if before is not None:
        found = found.filter(pk__lt=before)
    rows = list(found.order_by("-pk")[: ROWS + 1])
    more, rows = len(rows) > ROWS, rows[:ROWS]
    newer = str(rows[0].pk) if before is not None and rows else ""
    return rows, newer, str(rows[-1].pk) if more else ""


def _mark(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isdecimal() and text.isascii() and len(text) <= 18 else None


def _waiting(actor: Actor) -> list[dict[str, Any]]:
    """Return what this operator can bring further: to approve, to mend, to request."""
    mine = Q(pk=None)
    if actor.may(permissions.RELEASE_APPROVE):
        mine |= Q(status=_S.CONFIGURED) & ~Q(requested_by=actor.number)
    if actor.may(permissions.EDIT_DRAFT):
        mine |= Q(status=_S.DRAFT, created_by=actor.number)
    found = selectors.list_releases().defer(*HEAVY).filter(mine)
    reasons = {True: ("待您审批", "For you to approve"), False: ("您的草稿", "Your draft")}
    rows = sorted(found[:MOST_WAITING], key=lambda one: one.status != _S.CONFIGURED)
    return [
        {**_row(actor, one), "why": said(*reasons[one.status == _S.CONFIGURED])} for one in rows
    ]


def _row(actor: Actor, release: CatalogueRelease) -> dict[str, Any]:
    codes = [code.partition(":")[2] for code in release.codes]
    return {
        "number": release.release_no,
        "address": address_of(actor, "catalogue_release", release.release_no),
        "title": release.title,
        "status": words.label(ReleaseStatus, release.status),
        "tone": words.release_tone(release.status),
        "codes": codes[:4],
        "more": max(len(codes) - 4, 0),
        "findings": len(release.findings) if release.status not in RELEASE_CLOSED else 0,
        "created_by": release.created_by,
        "created": words.moment(release.created_at)[:16],
        "requested_by": release.requested_by,
        "approved_by": release.approved_by,
        "cause": said(release.cause_zh, release.cause_en),
    }


# -- one -------------------------------------------------------------------------------------------


def show_release(request: HttpRequest, release_no: str) -> HttpResponse:
    """Show a release; a page that waits asks for what has changed (``seen``)."""
    actor = actor_of(request)
    release = selectors.get_release(release_no)
    steps = list(release.steps.all())
    context = _context(actor, release, steps)
    digest = _digest(release, steps, context["boss"])
    if request.headers.get("HX-Request"):
        if request.GET.get("seen") == digest:
            return HttpResponse(status=204)
        return render_part(request, "products/release_live.html", **context, digest=digest)
    title = said(f"产品发布 {release_no}", f"Release {release_no}")
    return render_page(request, "products/release.html", title=title, **context, digest=digest)


def _digest(release: CatalogueRelease, steps: list[ReleaseStep], half: Any) -> str:
    """Return a mark of all that may change by itself while somebody looks."""
    told = (release.status, release.version, release.findings, [one.pk for one in steps], half)
    return hashlib.sha256(repr(told).encode()).hexdigest()[:20]


def _context(actor: Actor, release: CatalogueRelease, steps: list[ReleaseStep]) -> dict[str, Any]:
    operator = selectors.operator_section()
    number = release.release_no
    saved = address_of(actor, "catalogue_draft_saved", number)
    main, besides = deeds(release, actor, {"edit": saved})
    waiting = WAITING.get(_S(release.status))
    return {
        "release": release,
        "state": words.label(ReleaseStatus, release.status),
        "tone": words.release_tone(release.status),
        "waits": release.status in (_S.REQUESTED, _S.ACCEPTED),
        "waiting": said(*waiting) if waiting else "",
        "look_seconds": LOOK_SECONDS,
        "cause": said(release.cause_zh, release.cause_en),
        "stations": stations(release, steps),
        "history": history(steps),
        "main": main,
        "besides": besides,
        "findings": [_finding(actor, one, release) for one in release.findings],
        "tested": release.status == _S.CONFIGURED,
        "changes": changes(release, operator),
        "after_launch": release.before is not None,
        "boss": boss_half(release, operator),
        "flow": address_of(actor, "flow", number) if release.requested_at else "",
        "follows": release.follows,
        "follows_address": address_of(actor, "catalogue_release", release.follows)
        if release.follows
        else "",
        "offerings": [
            {
                "code": one["code"],
                "name": said(one["name"]["zh"], one["name"]["en"]),
                "address": address_of(actor, "catalogue_product", one["code"]),
            }
            for one in release.content["offerings"][:MOST_NAMED]
        ],
        "more_offerings": max(len(release.content["offerings"]) - MOST_NAMED, 0),
    }


def _finding(actor: Actor, finding: dict[str, str], release: CatalogueRelease) -> dict[str, str]:
    """Return a problem with where it can be mended: in the draft, at its entry."""
    place = PLACES.match(finding["path"])
    section, index = (place["section"], int(place["index"])) if place else ("", 0)
    code = entry_named(finding["path"], release.content)
    address = ""
    if release.status == _S.DRAFT and actor.may(permissions.EDIT_DRAFT):
        address = reverse(f"{crm_console.name}:catalogue_draft_saved", args=[release.release_no])
        address += f"?entry={index}" if section == "offerings" and code else ""
    elif section == "offerings" and code:
        address = address_of(actor, "catalogue_product", code)
    return {
        "words": said(finding["zh"], finding["en"]),
        "what": f"{said(*SECTION_WORDS[section])} {code}" if code else "",
        "address": address,
    }


# -- deeds -----------------------------------------------------------------------------------------


def do_deed(request: HttpRequest, release_no: str, deed: str) -> HttpResponse:
    """Do what a button of the release's page says, once; go back to the page, whatever came."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    act = DEEDS.get(deed)
    if act is None:
        raise ReleaseNotFound(release=release_no[:40])
    actor = actor_of(request)
    here = reverse(f"{crm_console.name}:catalogue_release", args=[release_no])
    try:
        return act(request, actor, release_no) or redirect(here)
    except CatalogueRefused as refusal:
        count = len(refusal.problems)
        shown = refusal.problems[:SHOWN_PROBLEMS]
        messages.error(
            request,
            said(f"不能提交, 有 {count} 个问题: ", f"Not requested, {count} problem(s): ")
            + "; ".join(said(one.zh, one.en) for one in shown),
        )
    except ReleaseMovedOn as refusal:
        if not _done_already(deed, release_no, actor):
            messages.error(request, said(refusal.zh, refusal.en))
    except ReleaseNotFound:
        if deed != "discard":
            raise
        return redirect(reverse(f"{crm_console.name}:catalogue_releases"))
    except DomainError as refusal:
        messages.error(request, said(refusal.zh, refusal.en))
    return redirect(here)


def _done_already(deed: str, release_no: str, actor: Actor) -> bool:
    """Tell whether this very operator has done it before: a second click."""
    release = selectors.get_release(release_no)
    if deed == "request":
        return release.requested_by == actor.number
    if deed == "approve":
        return release.approved_by == actor.number
    return deed == "withdraw" and release.status == _S.WITHDRAWN


def _request(request: HttpRequest, actor: Actor, number: str) -> HttpResponse | None:
    services.request_release(release_no=number, actor=actor, at=timezone.now())
    messages.success(
        request, said("已提交, BOSS 将接收并配置", "Requested: BOSS takes it from here")
    )
    return None


def _test(request: HttpRequest, actor: Actor, number: str) -> HttpResponse | None:
    release = services.test_release(release_no=number, actor=actor, at=timezone.now())
    if release.findings:
        count = len(release.findings)
        messages.warning(request, said(f"测试发现 {count} 个问题", f"{count} problem(s) found"))
    else:
        messages.success(request, said("测试通过", "The test has passed"))
    return None


def _approve(request: HttpRequest, actor: Actor, number: str) -> HttpResponse | None:
    services.approve_release(release_no=number, actor=actor, at=timezone.now())
    messages.success(request, said("已审批, 产品已上市", "Approved: it is on the market"))
    return None


def _withdraw(request: HttpRequest, actor: Actor, number: str) -> HttpResponse | None:
    reason = request.POST.get("reason", "").replace("\x00", "")
    services.withdraw_release(release_no=number, reason=reason, actor=actor, at=timezone.now())
    messages.success(request, said("已撤回", "Withdrawn"))
    return None


def _copy(request: HttpRequest, actor: Actor, number: str) -> HttpResponse | None:
    """Copy it; a second click leads to the copy that there is."""
    copies = CatalogueRelease.objects.filter(
        follows=number, status=_S.DRAFT, created_by=actor.number
    )
    draft = copies.order_by("-id").first()
    if draft is None:
        draft = services.copy_release(release_no=number, actor=actor, at=timezone.now())
        text = said(f"已复制为草稿 {draft.release_no}", f"Copied to the draft {draft.release_no}")
        messages.success(request, text)
    return redirect(reverse(f"{crm_console.name}:catalogue_release", args=[draft.release_no]))


def _discard(request: HttpRequest, actor: Actor, number: str) -> HttpResponse | None:
    services.discard_draft(release_no=number, actor=actor, at=timezone.now())
    messages.success(request, said(f"草稿 {number} 已放弃", f"The draft {number} is discarded"))
    return redirect(reverse(f"{crm_console.name}:catalogue_releases"))


DEEDS: dict[str, Callable[[HttpRequest, Actor, str], HttpResponse | None]] = {
    "request": _request,
    "test": _test,
    "approve": _approve,
    "withdraw": _withdraw,
    "copy": _copy,
    "discard": _discard,
}


PAGES = (
    Page(
        path="catalogue/releases/",
        name="catalogue_releases",
        view=show_releases,
        permission=permissions.VIEW_RELEASE,
        titles=("产品发布", "Releases"),
        icon="rocket_launch",
        group=("产品", "Catalogue"),
    ),
    Page(
        path="catalogue/releases/<str:release_no>/",
        name="catalogue_release",
        view=show_release,
        permission=permissions.VIEW_RELEASE,
        titles=("产品发布", "Release"),
    ),
    Page(
        path="catalogue/releases/<str:release_no>/<str:deed>/",
        name="catalogue_release_deed",
        view=do_deed,
        permission=permissions.VIEW_RELEASE,
        titles=("办理", "Deed"),
    ),
)
