"""起草: the form on which a plan is made, changed into a new version, or taken off the market."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from auth_center.consoles import actor_of, crm_console
from core.console import Page, render_page, render_part, said
from core.errors import DomainError
from products import permissions, selectors, services
from products.catalogue import CatalogueRefused
from products.catalogue.content import Content, Entry
from products.models import CatalogueRelease
from products.pages import words
from products.pages.draft_fields import Sheet, parts_shown
from products.pages.draft_form import (
    ENDED,
    DraftForm,
    Ground,
    OfferingForm,
    TariffForm,
    Trouble,
    VersionForm,
    content_of,
    field_at,
    form_of_data,
    form_of_entry,
    offering_form,
    troubles_of,
)
from products.pages.draft_ground import (
    NOTHING,
    PLACES,
    Codes,
    chips,
    codes_taken,
    find_chips,
    open_elsewhere,
    operator_zone,
    read_ground,
)
from products.services import AlreadyDrafted, DraftChanged
from products.states import NOT_YET_SOLD, OfferingStatus, ReleaseStatus

MOST_SOUGHT = 60
NEXT_END = {OfferingStatus.LAUNCHED: "retired", OfferingStatus.RETIRED: "obsolete"}


@dataclass(slots=True)
class Troubles:
    """What is wrong: beside fields by their names, and with the draft as a whole."""

    beside: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    whole: list[dict[str, str]] = field(default_factory=list)

    def say(self, name: str, zh: str, en: str, address: str = "", link: str = "") -> None:
        """Note one trouble; without a field it is about the whole."""
        if name:
            if (text := said(zh, en)) not in self.beside[name]:
                self.beside[name].append(text)
        else:
            self.whole.append({"words": said(zh, en), "address": address, "link": link})

    def found(self, troubles: list[Trouble]) -> None:
        """Note what can be seen to be wrong at once."""
        for one in troubles:
            self.say(one.field, one.zh, one.en)

    def problems(
        self, problems: list[tuple[str, str, str]], places: dict[str, str], saved: Content
    ) -> None:
        """Note problems beside the fields in which their places were typed."""
        for path, zh, en in problems:
            name = field_at(path, places)
            where = "" if name else entry_named(path, saved)
            mark = f"{where}: " if where else ""
            self.say(name, mark + zh, mark + en)

    def __bool__(self) -> bool:
        return bool(self.beside or self.whole)


def entry_named(path: str, content: Content) -> str:
    """Return the code of the entry that a place is in ("offerings[1].code")."""
    place = PLACES.match(path)
    entries = content.get(place["section"], []) if place else []
    if place and int(place["index"]) < len(entries):
        return str(entries[int(place["index"])]["code"])
    return ""


# -- showing ---------------------------------------------------------------------------------------


def new_draft(request: HttpRequest) -> HttpResponse:
    """Begin a draft: from nothing, from an offering, or to take one off the market."""
    if request.method == "POST":
        return _save(request, None)
    form, ground, codes = _begun(request, NOTHING)
    return _show(request, None, form, ground, codes, Troubles())


def edit_draft(request: HttpRequest, release_no: str) -> HttpResponse:
    """Change a draft, one of its offerings at a time; ``?entry=new`` adds another."""
    release = selectors.get_release(release_no)
    if release.status != ReleaseStatus.DRAFT and request.method != "POST":
        return redirect(_address("catalogue_release", release_no))
    if request.method == "POST":
        if request.POST.get("deed") == "drop":
            return _drop(request, release)
        return _save(request, release)
    asked = request.GET.get("entry", "0")
    saved: Content = release.content
    if asked == "new":
        form, ground, codes = _begun(request, saved)
        form.title = release.title
        return _show(request, release, form, ground, codes, Troubles())
    place = int(asked) if asked.isdecimal() and len(asked) < 4 else 0
    offerings = saved["offerings"]
    entry = offerings[min(place, len(offerings) - 1)] if offerings else None
    codes = Codes.of(saved, _named_by(entry))
    ground = read_ground(saved, codes)
    form = form_of_entry(
        ground, entry, title=release.title, place=min(place, max(len(offerings) - 1, 0))
    )
    troubles = Troubles()
    _, places = content_of(form, ground)
    findings = [(one["path"], one["zh"], one["en"]) for one in release.findings]
    troubles.problems(findings, places, saved)
    return _show(request, release, form, ground, codes, troubles, kept=True)


def _named_by(entry: Entry | None) -> DraftForm:
    """Return a form that names what an entry names."""
    if entry is None:
        return DraftForm()
    return DraftForm(offering=offering_form(entry, operator_zone()))


def _begun(request: HttpRequest, saved: Content) -> tuple[DraftForm, Ground, Codes]:
    """Return the form that the address asks for, what it stands on, and the codes in it."""
    asked = {name: request.GET.get(name, "")[:40] for name in BEGINNINGS}
    code = next((code for code in asked.values() if code), "")
    place = len(saved["offerings"])
    if asked["tariff"]:
        tariff = TariffForm(fresh=False, code=code, here=False, versions=[VersionForm()])
        form = DraftForm(tariffs=[tariff])
        codes = Codes.of(saved, form)
        return form, read_ground(saved, codes), codes
    if not code:
        form = form_of_entry(
            Ground(saved=saved, catalogue=NOTHING, zone=operator_zone()),
            {"code": "", "status": "launched", "sale": {"from": _today()}},
            title="", place=place, fresh=True,
        )  # fmt: skip
        codes = Codes.of(saved, form)
        return form, read_ground(saved, codes), codes
    selectors.get_offering(code)
    [entry] = selectors.content_of_catalogue([code])["offerings"]
    fresh = bool(asked["like"])
    if asked["retire"]:
        entry["status"] = NEXT_END.get(entry["status"], "retired")
    elif asked["obsolete"]:
        entry["status"] = "obsolete"
    elif fresh:
        entry |= {"code": "", "status": "launched", "sale": {"from": _today()}}
    elif entry["status"] in NOT_YET_SOLD:
        entry["status"] = "launched"
    codes = Codes.of(saved, _named_by(entry), code)
    ground = read_ground(saved, codes, entries=[code])
    return form_of_entry(ground, entry, title="", place=place, fresh=fresh), ground, codes


BEGINNINGS = ("like", "from", "retire", "obsolete", "tariff")


def _today() -> str:
    return timezone.now().astimezone(operator_zone()).date().isoformat()


def _show(
    request: HttpRequest,
    release: CatalogueRelease | None,
    form: DraftForm,
    ground: Ground,
    codes: Codes,
    troubles: Troubles,
    *,
    kept: bool = False,
) -> HttpResponse:
    """Show the form; ``kept``: it is saved as it stands, whatever is wrong with it."""
    actor = actor_of(request)
    names = chips(codes, ground)
    sheet = Sheet(troubles=troubles.beside, names=names)
    code = form.offering.code if form.offering else form.ending.code if form.ending else ""
    ending = names.get(("offering", form.ending.code)) if form.ending else None
    number = release.release_no if release is not None else ""
    fresh = form.offering is not None and form.offering.fresh
    offerings = ground.saved["offerings"]
    beside = sum(len(lines) for lines in troubles.beside.values())
    if beside and not troubles.whole and not kept:
        troubles.whole.append(_many(beside))
    return render_page(
        request,
        "products/draft.html",
        title=_title(form, release),
        status=200 if kept or not troubles else 400,
        release=release,
        version=request.POST.get("version", release.version if release is not None else ""),
        entries=_entries(ground.saved, form, number),
        adding=form.place >= len(offerings) and bool(form.offering or form.ending),
        starting=fresh and not troubles and form.place >= len(offerings),
        like=request.GET.get("like", "")[:40],
        elsewhere=open_elsewhere(actor, f"offering:{code}", number) if code and not fresh else [],
        whole=troubles.whole,
        whole_title=_whole_title(kept),
        troubled=bool(troubles) and not kept,
        may_drop=release is not None and form.place < len(offerings) and _entry_count(release) > 1,
        with_offering=form.offering is not None,
        ending_name=ending.name if ending else "",
        charge_groups=[(one, said(*both)) for one, both in words.CHARGE_GROUPS.items()],
        **parts_shown(sheet, form, ground),
    )


def _many(count: int) -> dict[str, str]:
    text = said(f"{count} 处需要改正, 已标在各栏下面", f"{count} to correct, each below its field")
    return {"words": text, "address": "", "link": ""}


def _whole_title(kept: bool) -> str:
    if kept:
        return said("已保存, 改正后才能提交", "Saved; to be mended before it can be requested")
    return said("没有保存", "Nothing was saved")


def _title(form: DraftForm, release: CatalogueRelease | None) -> str:
    if form.ending is not None:
        return said("退市草稿", "Draft: off the market")
    if release is None and form.offering is not None and not form.offering.fresh:
        return said(f"{form.offering.code} 的新版本", f"A new version of {form.offering.code}")
    if release is None:
        return said("新产品", "New offering") if form.offering else said("新版本", "New version")
    return said(f"草稿 {release.release_no}", f"Draft {release.release_no}")


def _entries(saved: Content, form: DraftForm, number: str) -> list[dict[str, Any]]:
    return [
        {
            "code": entry["code"],
            "name": said(entry["name"]["zh"], entry["name"]["en"]),
            "ending": words.label(OfferingStatus, entry["status"])
            if entry["status"] in ENDED
            else "",
            "chosen": place == form.place,
            "address": f"{_address('catalogue_draft_saved', number)}?entry={place}",
        }
        for place, entry in enumerate(saved["offerings"])
    ] if number else []  # fmt: skip


def _entry_count(release: CatalogueRelease) -> int:
    return sum(len(entries) for entries in release.content.values())


def _address(name: str, *parts: str) -> str:
    return reverse(f"{crm_console.name}:{name}", args=parts)


# -- saving ----------------------------------------------------------------------------------------


def _save(request: HttpRequest, release: CatalogueRelease | None) -> HttpResponse:
    form = form_of_data(request.POST)
    saved: Content = release.content if release is not None else NOTHING
    codes = Codes.of(saved, form)
    stated = [form.offering.code] if form.offering and not form.offering.fresh else []
    stated += [form.ending.code] if form.ending else []
    ground = read_ground(saved, codes, entries=stated)
    content, places = content_of(form, ground)
    same = _sent_before(request, release, form, content)
    if same is not None:
        return _saved(request, same, form)
    troubles = Troubles()
    troubles.found(troubles_of(form, ground, codes_taken(form)))
    if not troubles:
        try:
            kept = services.save_draft(
                release_no=release.release_no if release is not None else "",
                content=content,
                title=form.title,
                version=_version(request),
                actor=actor_of(request),
                at=timezone.now(),
            )
            return _saved(request, kept, form)
        except CatalogueRefused as refusal:
            problems = [(one.path, one.zh, one.en) for one in refusal.problems]
            troubles.problems(problems, places, content)
        except AlreadyDrafted as refusal:
            number = str(refusal.values["release"])
            address = _address("catalogue_release", number)
            troubles.say("", refusal.zh, refusal.en, address, number)
        except DraftChanged as refusal:
            link = said("打开现在的草稿", "Open the draft as it is now")
            troubles.say("", refusal.zh, refusal.en, request.path, link)
        except DomainError as refusal:
            troubles.say("", refusal.zh, refusal.en)
    return _show(request, release, form, ground, codes, troubles)


def _version(request: HttpRequest) -> int | None:
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 9 else None


def _sent_before(
    request: HttpRequest, release: CatalogueRelease | None, form: DraftForm, content: Content
) -> CatalogueRelease | None:
    """Return the draft that this very form has made or changed already: a second click."""
    if release is not None:
        same = release.content == content and release.title == form.title
        return release if same and release.version != _version(request) else None
    drafts = CatalogueRelease.objects.filter(
        status=ReleaseStatus.DRAFT, created_by=actor_of(request).number, content=content
    )
    return drafts.order_by("-id").first()


def _saved(request: HttpRequest, release: CatalogueRelease, form: DraftForm) -> HttpResponse:
    number = release.release_no
    if request.POST.get("go") == "release":
        messages.success(request, said(f"草稿 {number} 已保存", f"The draft {number} is saved"))
        return redirect(_address("catalogue_release", number))
    if not release.findings:
        messages.success(request, said(f"草稿 {number} 已保存", f"The draft {number} is saved"))
    else:
        count = len(release.findings)
        messages.warning(
            request,
            said(
                f"草稿 {number} 已保存, 但有 {count} 处须改正后才能提交",
                f"The draft {number} is saved; {count} to correct before it can be requested",
            ),
        )
    place = form.place if form.offering or form.ending else 0
    return redirect(f"{_address('catalogue_draft_saved', number)}?entry={place}")


def _drop(request: HttpRequest, release: CatalogueRelease) -> HttpResponse:
    """Take an offering out of the draft; what else is in it stays."""
    place = form_of_data(request.POST).place
    offerings = release.content["offerings"]
    if release.version == _version(request) and place < len(offerings):
        gone = offerings[place]["code"]
        content = {**release.content, "offerings": [*offerings[:place], *offerings[place + 1 :]]}
        services.save_draft(
            release_no=release.release_no,
            content=content,
            title=release.title,
            version=release.version,
            actor=actor_of(request),
            at=timezone.now(),
        )
        messages.success(request, said(f"{gone} 已移出草稿", f"{gone} is out of the draft"))
    else:
        messages.error(request, said("草稿已被修改, 请再看一遍", "The draft has changed"))
    return redirect(_address("catalogue_draft_saved", release.release_no))


# -- parts -----------------------------------------------------------------------------------------


def show_attributes(request: HttpRequest) -> HttpResponse:
    """Show the attributes of the class that was chosen, with what was typed already."""
    form = OfferingForm(
        product_class=request.GET.get("product_class", "")[:40],
        attributes={
            name.removeprefix("attribute."): str(value)[:200]
            for name, value in request.GET.items()
            if name.startswith("attribute.")
        },
    )
    ground = read_ground(NOTHING, Codes.of(NOTHING))
    shown = Sheet(troubles={}).attributes(form, ground)
    return render_part(request, "products/draft_attributes.html", attributes=shown)


def show_found(request: HttpRequest) -> HttpResponse:
    """Show a few offerings, tariffs or services that may be chosen."""
    kind, term = request.GET.get("kind", ""), request.GET.get("q", "").replace("\x00", "")
    term = term.strip()[:MOST_SOUGHT]
    found = find_chips(kind, term)
    return render_part(request, "products/draft_found.html", found=found, term=term)


def show_tariff(request: HttpRequest) -> HttpResponse:
    """Show a tariff that is there with room for a new version of it."""
    code, here = request.GET.get("code", "")[:40], request.GET.get("here", "") == "1"
    form = TariffForm(fresh=False, code=code, here=here, versions=[VersionForm()])
    ground = read_ground(NOTHING, Codes.of(NOTHING, DraftForm(tariffs=[form])))
    if not ground.sold("tariffs", code):
        return render_part(request, "products/draft_no_tariff.html", code=code)
    shown = Sheet(troubles={}).tariff(code, form, ground)
    return render_part(request, "products/draft_tariff.html", one=shown, with_offering=here)


PAGES = (
    Page(
        path="catalogue/drafts/new/",
        name="catalogue_draft",
        view=new_draft,
        permission=permissions.EDIT_DRAFT,
        titles=("新产品", "New offering"),
        icon="edit_note",
    ),
    Page(
        path="catalogue/drafts/parts/attributes/",
        name="catalogue_draft_attributes",
        view=show_attributes,
        permission=permissions.EDIT_DRAFT,
        titles=("属性", "Attributes"),
    ),
    Page(
        path="catalogue/drafts/parts/find/",
        name="catalogue_draft_find",
        view=show_found,
        permission=permissions.EDIT_DRAFT,
        titles=("查找", "Find"),
    ),
    Page(
        path="catalogue/drafts/parts/tariff/",
        name="catalogue_draft_tariff",
        view=show_tariff,
        permission=permissions.EDIT_DRAFT,
        titles=("新版本", "New version"),
    ),
    Page(
        path="catalogue/drafts/<str:release_no>/",
        name="catalogue_draft_saved",
        view=edit_draft,
        permission=permissions.EDIT_DRAFT,
        titles=("草稿", "Draft"),
    ),
)
