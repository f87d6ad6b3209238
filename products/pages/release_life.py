"""A release in words: how far it has come, what comes next, and who may do it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from auth_center.actors import Actor
from core.words import said
from products import permissions
from products.models import CatalogueRelease, ReleaseStep
from products.pages import words
from products.states import RELEASE_OPEN, ReleaseDeed, ReleaseStatus

_S = ReleaseStatus
SYSTEMS = {"crm": "CRM", "boss": "BOSS", "provisioning": "OSS"}
STATIONS = (
    (_S.DRAFT, ReleaseDeed.DRAFTED, ("起草", "Drafted")),
    (_S.REQUESTED, ReleaseDeed.REQUESTED, ("提交发布", "Requested")),
    (_S.ACCEPTED, ReleaseDeed.ACCEPTED, ("BOSS 接收", "Taken on by BOSS")),
    (_S.CONFIGURED, ReleaseDeed.CONFIGURED, ("BOSS 配置资费和服务", "Configured in BOSS")),
    (_S.LAUNCHED, ReleaseDeed.LAUNCHED, ("审批并上市", "Approved and launched")),
)
ENDS = {
    _S.REFUSED: (ReleaseDeed.REFUSED, ("已拒绝", "Refused")),
    _S.WITHDRAWN: (ReleaseDeed.WITHDRAWN, ("已撤回", "Withdrawn")),
}
WAITING = {
    _S.REQUESTED: (
        "已发给 BOSS, 等待其接收。",
        "Sent to BOSS, which has not taken it on yet.",
    ),
    _S.ACCEPTED: (
        "BOSS 产品经理正在配置可计算的资费规则和服务指令; 完成后自动进入测试。",
        "BOSS's product managers configure the rules that compute and the services' commands; "
        "once they have finished it goes into test by itself.",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """One station of a release's life: reached, where it stands now, or still to come."""

    title: str
    standing: str
    who: str = ""
    when: str = ""
    where: str = ""
    note: str = ""
    tone: str = ""

    @property
    def word(self) -> str:
        """How it stands, for whoever does not see colours."""
        return {
            "done": said("已完成", "done"),
            "now": said("当前", "now"),
            "bad": said("到此为止", "ended here"),
        }.get(self.standing, said("未到", "to come"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What may be done next, or why it may not be done by this operator."""

    name: str
    title: str
    address: str = ""
    main: bool = False
    danger: bool = False
    reason: str = ""
    asks_why: bool = False
    sure: str = ""

    @property
    def allowed(self) -> bool:
        """Whether this operator may do it now."""
        return not self.reason


def stations(release: CatalogueRelease, steps: Sequence[ReleaseStep]) -> list[Station]:
    """Return a release's life from the draft to the market, as far as it has come."""
    first: dict[str, ReleaseStep] = {}
    for step in steps:
        first.setdefault(step.deed, step)
    if release.status in ENDS:
        reached = [one for one in STATIONS if one[1] in first]
        shown = [_station(title, "done", first.get(deed)) for _, deed, title in reached]
        deed, title = ENDS[_S(release.status)]
        return [*shown, _station(title, "bad", first.get(deed))]
    order = [status for status, _, _ in STATIONS]
    at = order.index(_S(release.status))
    shown = []
    for place, (status, deed, title) in enumerate(STATIONS):
        done = place < at or status == _S.LAUNCHED == release.status
        standing = "done" if done else "now" if place == at else "later"
        shown.append(_station(title, standing, first.get(deed)))
    return shown


def _station(title: tuple[str, str], standing: str, step: ReleaseStep | None) -> Station:
    if step is None:
        return Station(title=said(*title), standing=standing)
    return Station(title=said(*title), standing=standing, **_told(step))


def _told(step: ReleaseStep) -> dict[str, str]:
    return {
        "who": who(step),
        "when": words.moment(step.at),
        "where": where(step),
        "note": note_words(step.note),
    }


def who(step: ReleaseStep) -> str:
    """Return who did it."""
    return f"{words.worded(words.ACTORS, step.actor_kind)} {step.actor_number}"


def where(step: ReleaseStep) -> str:
    """Return from where it was done: the system, the channel, the terminal."""
    parts = [SYSTEMS.get(step.system, step.system), step.channel, step.terminal]
    return " · ".join(part for part in parts if part)


def note_words(note: str) -> str:
    """Return a step's note in the reader's language."""
    if note == "通过":
        return said(note, "passed")
    if note.startswith("发现 ") and note.endswith(" 个问题"):
        return said(note, f"{note.split()[1]} problem(s) found")
    return note


def history(steps: Iterable[ReleaseStep]) -> list[dict[str, Any]]:
    """Return everything that was done to a release, in order."""
    return [{"deed": gettext(str(ReleaseDeed(step.deed).label)), **_told(step)} for step in steps]


def deeds(
    release: CatalogueRelease, actor: Actor, addresses: dict[str, str]
) -> tuple[list[Deed], list[Deed]]:
    """Return what comes next, the main deed first, and what may be done besides."""
    status, may_edit = release.status, actor.may(permissions.EDIT_DRAFT)
    may_request = actor.may(permissions.RELEASE_REQUEST)
    main: list[Deed] = []
    besides: list[Deed] = []
    if status == _S.DRAFT:
        main.append(_request(release, may_request))
        if may_edit:
            besides.append(
                Deed(
                    name="edit",
                    title=said("修改草稿", "Change the draft"),
                    address=addresses["edit"],
                )
            )
            besides.append(
                Deed(
                    name="discard", title=said("放弃草稿", "Discard the draft"), danger=True,
                    sure=said("放弃后草稿不能恢复。", "A discarded draft cannot be had back."),
                )
            )  # fmt: skip
    elif status == _S.CONFIGURED:
        main.append(_approve(release, actor))
        if may_request:
            besides.append(Deed(name="test", title=said("重新测试", "Test again")))
    elif status in ENDS and may_edit:
        main.append(Deed(name="copy", title=said("复制为新草稿", "Copy to a new draft"), main=True))
    if status in RELEASE_OPEN and may_request:
        besides.append(
            Deed(
                name="withdraw", title=said("撤回", "Withdraw"), danger=True, asks_why=True,
                sure=said("BOSS 将放下这次发布的配置。", "BOSS lets go of what it holds of it."),
            )
        )  # fmt: skip
    return main, besides


def _request(release: CatalogueRelease, may: bool) -> Deed:
    reason = ""
    if not may:
        reason = lacking(permissions.RELEASE_REQUEST)
    elif release.findings:
        count = len(release.findings)
        reason = said(f"请先改正下列 {count} 个问题", f"{count} problem(s) below come first")
    return Deed(
        name="request", title=said("提交发布", "Request the release"), main=True, reason=reason
    )


def _approve(release: CatalogueRelease, actor: Actor) -> Deed:
    reason = ""
    if not actor.may(permissions.RELEASE_APPROVE):
        reason = lacking(permissions.RELEASE_APPROVE)
    elif actor.number == release.requested_by:
        reason = said(
            "发布须由另一人审批: 您是提交人",
            "A second person approves a release: you have requested it",
        )
    elif release.findings:
        count = len(release.findings)
        reason = said(f"测试发现 {count} 个问题", f"The test has found {count} problem(s)")
    return Deed(
        name="approve",
        title=said("审批并上市", "Approve and launch"),
        main=True,
        reason=reason,
        sure=said(
            "上市后立即生效, 不能撤回。", "It takes effect at once and cannot be taken back."
        ),
    )


def lacking(permission: str) -> str:
    """Return that the operator lacks a permission."""
    return said(f"您没有权限: {permission}", f"You lack the permission {permission}")
