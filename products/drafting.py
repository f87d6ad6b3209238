"""What channels draft: an offering or a price on its way to a release, moved along its life.

Each door turns into those of ``services``; what a channel says beyond our model is kept with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

from auth_center.actors import Actor
from auth_center.permissions import require
from core.errors import Conflict, DomainError
from products import permissions
from products.catalogue.content import SECTIONS, Content, Entry
from products.models import (
    CatalogueRelease,
    EntryExtension,
    OfferingTariff,
    ProductClass,
    ProductOffering,
    Tariff,
    TariffVersion,
)
from products.selectors import (
    ReleaseNotFound,
    content_of_catalogue,
    get_release,
    tariffs_of_catalogue,
)
from products.services import (
    approve_release,
    classes,
    discard_draft,
    request_release,
    save_draft,
    withdraw_release,
)
from products.services.classes import save_class
from products.services.life import one_at_a_time
from products.states import (
    NOT_YET_SOLD,
    OFFERING_ARROWS,
    RELEASE_OPEN,
    EntryKind,
    OfferingStatus,
    ReleaseStatus,
)

NOT_CLOSED = (ReleaseStatus.DRAFT, *RELEASE_OPEN)
LONGEST_BASE = 34  # leaves room for a number within the 40 characters of a code


class SentWithOtherContent(Conflict):
    """The external id belongs to an entry that was made of something else."""

    code = "sentWithOtherContent"
    zh = "外部编号 {number} 已用于内容不同的请求"
    en = "The external id {number} was used for a request with other content"


class CodeTaken(Conflict):
    """An entry of the catalogue has this code already."""

    code = "codeTaken"
    zh = "编码 {number} 已被使用"
    en = "The code {number} is taken"


class NewVersionNeeded(Conflict):
    """What was once sold is not changed: owners keep what they bought."""

    code = "newVersionNeeded"
    zh = "{number} 已上市, 不能直接修改, 请通过新的发布请求建立新版本"
    en = "{number} has been launched and cannot be changed: make a new version of it in a release"


class SoldBefore(Conflict):
    """What was once sold stays, since somebody may own it."""

    code = "soldBefore"
    zh = "{number} 曾经上市, 不能删除, 请退市或废止"
    en = "{number} has been launched and cannot be deleted: retire it or make it obsolete"


class OnItsWay(Conflict):
    """A release does something else with the offering."""

    code = "onItsWay"
    zh = "{number} 已在发布请求 {release} 中, 请等待其关闭"
    en = "{number} is in the release {release}, which must be closed first"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a channel sent beside the entry itself, and under which external id."""

    extension: Mapping[str, Any] = field(default_factory=dict)
    external_id: str = ""
    fingerprint: str = ""


def release_of(kind: EntryKind, code: str) -> CatalogueRelease | None:
    """Return the release that is not closed and has the entry in it, if any."""
    releases = CatalogueRelease.objects.filter(
        status__in=NOT_CLOSED, codes__contains=[f"{kind}:{code}"]
    )
    return releases.order_by("-id").first()


def present_offering(code: str) -> Entry:
    """Return an offering as its draft has it, else as it is."""
    release = release_of(EntryKind.OFFERING, code)
    stated = [] if release is None else release.content["offerings"]
    drafted = next((one for one in stated if one["code"] == code), None)
    entry: Entry = drafted or content_of_catalogue([code])["offerings"][0]
    return entry


def present_tariff(code: str) -> Entry:
    """Return a tariff as its draft has it, else as it is."""
    release = release_of(EntryKind.TARIFF, code)
    stated = [] if release is None else release.content["tariffs"]
    drafted = next((one for one in stated if one["code"] == code), None)
    entry: Entry = drafted or tariffs_of_catalogue([code])[0]
    return entry


def draft_offering(
    *,
    content: Content,
    said: Said,
    prices: Mapping[str, Said],
    release_no: str = "",
    actor: Actor,
    at: datetime,
) -> str:
    """Draft the one new offering in ``content``, with what it brings; return its code.

    It joins the draft ``release_no``, else a draft of its own. ``prices`` are what was said of
    each new tariff version. The same external id and content again answers with the first.
    Raises ``CodeTaken``, ``SentWithOtherContent`` and what ``save_draft`` does.
    """
    require(actor, permissions.EDIT_DRAFT)
    [entry] = content["offerings"]
    code: str = entry["code"]
    with one_at_a_time():
        made = _made_before(EntryKind.OFFERING, said, actor)
        if made is not None and ProductOffering.objects.filter(code=made).exists():
            return made
        if ProductOffering.objects.filter(code=code).exists():
            raise CodeTaken(number=code, field="id")
        _save(release_no, content, actor, at)
        _keep(EntryKind.OFFERING, code, said, actor)
        for id, price in prices.items():
            _keep(EntryKind.TARIFF, id, price, None)
    return code


def change_offering(
    *,
    code: str,
    content: Content | None,
    extension: Mapping[str, Any],
    prices: Mapping[str, Said],
    actor: Actor,
    at: datetime,
) -> None:
    """Change the draft of an offering that was never sold; None changes what is kept with it only.

    Raises ``NewVersionNeeded`` for one that was, and what ``save_draft`` does.
    """
    require(actor, permissions.EDIT_DRAFT)
    with one_at_a_time():
        if content is not None:
            status = ProductOffering.objects.values_list("status", flat=True).get(code=code)
            if status not in NOT_YET_SOLD:
                raise NewVersionNeeded(number=code)
            release = release_of(EntryKind.OFFERING, code)
            _save("" if release is None else release.release_no, content, actor, at)
        _keep(EntryKind.OFFERING, code, Said(extension=extension), None)
        for id, price in prices.items():
            _keep(EntryKind.TARIFF, id, price, None)


def move_offering(*, code: str, target: str, reason: str, actor: Actor, at: datetime) -> None:
    """Take the step of a release that leads to ``target``; the status follows when it is done.

    In test: the draft is requested. In design: its release is withdrawn for ``reason``. Launched:
    the release is approved. Retired, obsolete: a release that does so is made and requested, and
    once it is configured, approved by whoever asks next. Raises ``ArrowNotAllowed``, ``OnItsWay``
    and what those doors do.
    """
    status = ProductOffering.objects.values_list("status", flat=True).get(code=code)
    if target == status:
        return
    OFFERING_ARROWS.check(status, target)
    release = release_of(EntryKind.OFFERING, code)
    if status in NOT_YET_SOLD:
        _move_unsold(code, target, release, reason, actor, at)
        return
    if release is None:
        require(actor, permissions.RELEASE_REQUEST)
        entry = content_of_catalogue([code])["offerings"][0] | {"status": target}
        with one_at_a_time():
            draft = save_draft(content=_content(offerings=[entry]), actor=actor, at=at)
            request_release(release_no=draft.release_no, actor=actor, at=at)
        return
    wanted = {one["code"]: one["status"] for one in release.content["offerings"]}
    if wanted.get(code) != target:
        raise OnItsWay(number=code, release=release.release_no)
    if release.status == ReleaseStatus.DRAFT:
        request_release(release_no=release.release_no, actor=actor, at=at)
    elif release.status == ReleaseStatus.CONFIGURED:
        approve_release(release_no=release.release_no, actor=actor, at=at)


def _move_unsold(
    code: str,
    target: str,
    release: CatalogueRelease | None,
    reason: str,
    actor: Actor,
    at: datetime,
) -> None:
    if release is None:  # the one it was in is withdrawn or refused: it begins anew
        content = _again(code)
        release = save_draft(content=content, actor=actor, at=at)
    number = release.release_no
    if target == OfferingStatus.IN_TEST:
        if release.status == ReleaseStatus.DRAFT:
            request_release(release_no=number, actor=actor, at=at)
    elif target == OfferingStatus.IN_DESIGN:
        withdraw_release(release_no=number, reason=reason, actor=actor, at=at)
    else:
        approve_release(release_no=number, actor=actor, at=at)


def drop_offering(*, code: str, actor: Actor, at: datetime) -> None:
    """Delete an offering that was never sold, with the prices that came with it alone.

    Raises ``SoldBefore``, ``DraftInUse``, or ``ReleaseMovedOn`` while its release is open.
    """
    require(actor, permissions.EDIT_DRAFT)
    with one_at_a_time():
        status = ProductOffering.objects.values_list("status", flat=True).get(code=code)
        if status not in NOT_YET_SOLD:
            raise SoldBefore(number=code)
        release = release_of(EntryKind.OFFERING, code) or save_draft(
            content=_again(code), actor=actor, at=at
        )
        entry = next(one for one in release.content["offerings"] if one["code"] == code)
        came_along = _came_along(entry, release.content)
        left = {section: list(release.content[section]) for section in SECTIONS}
        left["offerings"] = [one for one in left["offerings"] if one["code"] != code]
        left["tariffs"] = [one for one in left["tariffs"] if one["code"] not in came_along]
        _leave(release, left, actor, at)
        _forget(EntryKind.OFFERING, [code])
        _forget_prices(came_along)


def draft_price(
    *,
    entry: Entry,
    version: int,
    said: Said,
    release_no: str = "",
    actor: Actor,
    at: datetime,
) -> tuple[str, int]:
    """Draft a new tariff, or a new version of one; return its code and version.

    Raises ``SentWithOtherContent`` and what ``save_draft`` does.
    """
    require(actor, permissions.EDIT_DRAFT)
    with one_at_a_time():
        made = _made_before(EntryKind.TARIFF, said, actor)
        if made is not None:
            code, _, number = made.rpartition(":")
            known = TariffVersion.objects.filter(tariff__code=code, version=number).exists()
            if known or release_of(EntryKind.TARIFF, code) is not None:
                return code, int(number)
        drafted = release_of(EntryKind.TARIFF, entry["code"])
        number = drafted.release_no if drafted is not None else release_no
        _save(number, _content(tariffs=[entry]), actor, at)
        _keep(EntryKind.TARIFF, f"{entry['code']}:{version}", said, actor)
    return entry["code"], version


def change_price(
    *, code: str, version: int, entry: Entry | None, extension: Mapping[str, Any],
    actor: Actor, at: datetime,
) -> None:  # fmt: skip
    """Change a version of a tariff whose rules are not released; raises ``NewVersionNeeded``."""
    require(actor, permissions.EDIT_DRAFT)
    with one_at_a_time():
        if entry is not None:
            row = TariffVersion.objects.get(tariff__code=code, version=version)
            if row.rules_digest:
                raise NewVersionNeeded(number=f"{code}:{version}")
            release = release_of(EntryKind.TARIFF, code)
            number = "" if release is None else release.release_no
            _save(number, _content(tariffs=[entry]), actor, at)
        _keep(EntryKind.TARIFF, f"{code}:{version}", Said(extension=extension), None)


def present_class(code: str) -> Entry:
    """Return a class with its attributes as it is."""
    classes = content_of_catalogue([])["classes"]
    return dict(next(one for one in classes if one["code"] == code))


def make_class(*, entry: Entry, said: Said, actor: Actor, at: datetime) -> str:
    """Make a class of products; return its code.

    Raises ``CodeTaken``, ``SentWithOtherContent`` and what ``save_class`` does.
    """
    require(actor, permissions.EDIT_DRAFT)
    code: str = entry["code"]
    with one_at_a_time():
        made = _made_before(EntryKind.CLASS, said, actor)
        if made is not None and ProductClass.objects.filter(code=made).exists():
            return made
        if ProductClass.objects.filter(code=code).exists():
            raise CodeTaken(number=code, field="id")
        save_class(entry=entry, actor=actor, at=at)
        _keep(EntryKind.CLASS, code, said, actor)
    return code


def change_class(
    *, code: str, entry: Entry | None, extension: Mapping[str, Any], actor: Actor, at: datetime
) -> None:
    """Change a class; its offerings must still fit. Raises what ``save_class`` does."""
    require(actor, permissions.EDIT_DRAFT)
    with one_at_a_time():
        if entry is not None:
            save_class(entry=entry, actor=actor, at=at)
        _keep(EntryKind.CLASS, code, Said(extension=extension), None)


def name_catalogue(
    *,
    code: str,
    language: str,
    name: str | None,
    extension: Mapping[str, Any],
    actor: Actor,
    at: datetime,
) -> None:
    """Name the catalogue in a language, and keep what else is said of it."""
    require(actor, permissions.EDIT_DRAFT)
    with one_at_a_time():
        if name is not None:
            classes.name_catalogue(language=language, name=name, actor=actor, at=at)
        _keep(EntryKind.CATALOGUE, code, Said(extension=extension), None)


def new_code(model: Any, name: str, otherwise: str, taken: Iterable[str] = ()) -> str:
    """Return a code that no row has, after the name where it has Latin letters."""
    words = re.findall(r"[A-Z0-9]+", name.upper())
    base = "-".join(words)[:LONGEST_BASE].strip("-")
    if not re.match(r"[A-Z]", base) or not name.isascii():
        base = otherwise[:LONGEST_BASE].strip("-")
    known = {*taken, *model.objects.filter(code__startswith=base).values_list("code", flat=True)}
    if base not in known:
        return base
    return next(code for number in count(2) if (code := f"{base}-{number}") not in known)


# --- what the doors have in common ---------------------------------------------------------------
def _content(**sections: list[Entry]) -> Content:
    return {section: sections.get(section, []) for section in SECTIONS}


def _again(code: str) -> Content:
    """Return what a new draft of an offering holds: it, and what only it needs and is not sold."""
    whole = content_of_catalogue([code])
    [entry] = whole["offerings"]
    drafted = Tariff.objects.filter(code__in=entry["tariffs"], versions__rules_digest="")
    codes = {
        tariff
        for tariff in drafted.values_list("code", flat=True)
        if release_of(EntryKind.TARIFF, tariff) is None
    }
    return _content(
        offerings=[entry | {"status": OfferingStatus.LAUNCHED.value}],
        tariffs=[one for one in whole["tariffs"] if one["code"] in codes],
    )


def _named(release_no: str) -> CatalogueRelease | None:
    """Return the draft that a body names; one that is not there is the body's fault."""
    try:
        return get_release(release_no) if release_no else None
    except ReleaseNotFound as unknown:
        raise DomainError(
            code=unknown.code, field="release.id", zh=unknown.zh, en=unknown.en
        ) from unknown


def _save(release_no: str, added: Content, actor: Actor, at: datetime) -> None:
    """Put entries into a draft, in place of those of the same codes."""
    release = _named(release_no)
    content: Content = {}
    for section in SECTIONS:
        entries = {
            one["code"]: one for one in (release.content.get(section, []) if release else [])
        }
        entries |= {one["code"]: one for one in added.get(section, [])}
        content[section] = list(entries.values())
    save_draft(
        release_no=release_no,
        content=content,
        title=release.title if release else "",
        actor=actor,
        at=at,
        version=release.version if release else None,
    )


def _leave(release: CatalogueRelease, left: Content, actor: Actor, at: datetime) -> None:
    number = release.release_no
    if any(left[section] for section in ("services", "tariffs", "offerings")):
        save_draft(release_no=number, content=left, title=release.title, actor=actor, at=at)
    else:
        discard_draft(release_no=number, actor=actor, at=at)


def _came_along(entry: Entry, content: Content) -> set[str]:
    """Return the drafted tariffs that came with the offering and that nothing else has."""
    codes = {one["code"] for one in content["tariffs"]} & set(entry["tariffs"])
    others = OfferingTariff.objects.filter(tariff__code__in=codes)
    used = set(others.exclude(offering__code=entry["code"]).values_list("tariff__code", flat=True))
    kept = EntryExtension.objects.filter(kind=EntryKind.TARIFF).exclude(made_by="")
    for id in kept.filter(code__in=[f"{code}:1" for code in codes]).values_list("code", flat=True):
        used.add(id.rpartition(":")[0])
    return codes - used


def _made_before(kind: EntryKind, said: Said, actor: Actor) -> str | None:
    if not said.external_id:
        return None
    row = EntryExtension.objects.filter(
        kind=kind, made_by=actor.number, external_id=said.external_id
    ).first()
    if row is None:
        return None
    if row.fingerprint != said.fingerprint:
        raise SentWithOtherContent(number=said.external_id, field="externalId")
    return row.code


def _keep(kind: EntryKind, code: str, said: Said, maker: Actor | None) -> None:
    """Keep what was said of an entry; whoever makes one anew has its external id, too."""
    fields: dict[str, Any] = {"content": dict(said.extension)}
    if maker is not None:
        fields |= {
            "made_by": maker.number,
            "external_id": said.external_id,
            "fingerprint": said.fingerprint if said.external_id else "",
        }
        if said.external_id:  # what it stood for before is gone
            EntryExtension.objects.filter(
                kind=kind, made_by=maker.number, external_id=said.external_id
            ).exclude(code=code).delete()
    EntryExtension.objects.update_or_create(kind=kind, code=code, defaults=fields)


def _forget(kind: EntryKind, codes: Iterable[str]) -> None:
    EntryExtension.objects.filter(kind=kind, code__in=list(codes)).delete()


def _forget_prices(tariffs: Iterable[str]) -> None:
    _forget(EntryKind.TARIFF, [f"{code}:1" for code in tariffs])
