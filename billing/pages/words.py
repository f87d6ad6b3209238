"""How the product managers' pages say states, kinds and deeds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime

from billing.models import Release
from billing.states import ReleaseState
from core.words import said

STATES = {
    ReleaseState.RECEIVED: ("待配置", "To be configured", "warning"),
    ReleaseState.SYNCING: ("同步开通中", "Provisioning is told", "info"),
    ReleaseState.CONFIGURED: ("待审批发布", "Waits for approval", "info"),
    ReleaseState.LAUNCHED: ("已发布", "Launched", "success"),
    ReleaseState.WITHDRAWN: ("已撤回", "Withdrawn", "quiet"),
    ReleaseState.REFUSED: ("被拒绝", "Refused", "danger"),
}
OFFERING_KINDS = {
    "main": ("主体产品", "Main product"),
    "addon": ("可选产品", "Add-on"),
    "bundle": ("组合产品", "Bundle"),
}
OFFERING_STATUSES = {
    "in_design": ("设计中", "In design"),
    "in_test": ("测试中", "In test"),
    "launched": ("上市", "Launched"),
    "retired": ("退市", "Retired"),
    "obsolete": ("废止", "Obsolete"),
}
TARIFF_KINDS = {"rating": ("计费资费", "Rating"), "accounting": ("账务资费", "Accounting")}
SERVICE_KINDS = {
    "resource": ("资源", "Resource"),
    "function": ("功能", "Function"),
    "content": ("内容", "Content"),
}
MODES = {"prepaid": ("预付费", "Prepaid"), "postpaid": ("后付费", "Postpaid")}
COMMANDS = {
    "assign": ("分配资源", "assign"),
    "enable": ("开通功能", "enable"),
    "subscribe": ("订购内容", "subscribe to"),
    "install": ("人工施工", "install by hand"),
}
DEEDS = {
    "rules": ("保存资费规则", "Saved the rules of"),
    "commands": ("保存服务命令", "Saved the commands of"),
    "simulated": ("试算账单", "Simulated bills"),
    "asked": ("提交审批", "Asked for approval"),
    "approved": ("批准", "Approved"),
    "finished": ("完成配置", "Finished the configuration"),
}


def state_badge(release: Release) -> dict[str, str]:
    """Return a release's state in a word and a colour; one sent back to be mended says so."""
    if release.state == ReleaseState.RECEIVED and (release.cause_zh or release.cause_en):
        return {"word": said("被开通拒绝, 待修改", "Refused, to be mended"), "colour": "danger"}
    zh, en, colour = STATES.get(
        ReleaseState(release.state), (release.state, release.state, "quiet")
    )
    return {"word": said(zh, en), "colour": colour}


def named(words: Mapping[str, str]) -> str:
    """Return a name that is kept in both languages."""
    return said(words["zh"], words["en"])


def word(of: Mapping[str, tuple[str, str]], key: str | None) -> str:
    """Return the word for a key of ours."""
    return said(*of.get(key or "", (key or "", key or "")))


def command_words(command: Mapping[str, Any]) -> str:
    """Return what a network element is told, in a line."""
    parameters = ", ".join(f"{name} = {_plain(one)}" for name, one in command["parameters"].items())
    told = f"{command['element']}: {word(COMMANDS, command['command'])}"
    return f"{told} ({parameters})" if parameters else told


def moment(text: str | None) -> datetime | None:
    """Return an instant that is kept as text."""
    return parse_datetime(text) if text else None


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return said("是", "yes") if value else said("否", "no")
    return str(value)
