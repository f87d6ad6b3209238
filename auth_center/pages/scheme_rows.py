"""The two schemes side by side, a row a question, as they were measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.words import said

SCHEMES = ("distributed", "centralized")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One question and what each scheme answers."""

    question: str
    distributed: str
    centralized: str


def comparison(figures: Mapping[str, Any]) -> list[Row]:
    """Return what was measured, in the reader's language."""
    kept = length_of(figures["kept_seconds"])
    return [
        _row(said("每次登录的消息数 (在两个系统各办一笔业务)",
                  "Messages of a sign-on with one operation in two systems"),
             figures, lambda one, few: str(few["messages"])),
        _row(said("每个操作的鉴权消息数", "Messages that authorize one operation"),
             figures, lambda one, few: _asks(one)),
        _row(said("每个操作增加的时间 (p50)", "Time added to an operation (p50)"),
             figures, lambda one, few: _ms(few["p50_ms"])),
        _row(said("每个操作增加的时间 (p99)", "Time added to an operation (p99)"),
             figures, lambda one, few: _ms(few["p99_ms"])),
        Row(
            question=said("首次询问中心 (p50 / p99)", "Asking the centre first (p50 / p99)"),
            distributed=said("不询问", "never asked"),
            centralized=f"{_ms(figures['asked']['p50_ms'])} / {_ms(figures['asked']['p99_ms'])}",
        ),
        _row(said("收回的权限还能用多久", "How long a revoked permission still works"),
             figures, lambda one, few: length_of(few["revocation_seconds"])),
        _row(said("新授予的权限多久生效", "How soon a given permission works"),
             figures, lambda one, few: length_of(one["granting_seconds"])),
        Row(
            question=said("中心停机时", "While the centre is down"),
            distributed=said(
                "已登录的人继续办理全部业务; 不能新登录",
                "Who is signed on goes on with everything; nobody signs on anew",
            ),
            centralized=said(
                f"{kept}内已答复过的操作继续, 其余一律拒绝 (503); 不能新登录",
                f"What was answered in the last {kept} goes on, all else is refused (503); nobody "
                "signs on anew",
            ),
        ),
        Row(
            question=said("新增一个角色要做什么", "What it takes to add a role"),
            distributed=said(
                f"在中心保存一次; {_copies(figures, 'distributed')} 条消息把副本带到各系统",
                f"Saves it once at the centre; {_copies(figures, 'distributed')} messages take "
                "the copy to the systems",
            ),
            centralized=said(
                "在中心保存一次, 无需等待副本", "Saves it once at the centre, no copy is waited for"
            ),
        ),
    ]  # fmt: skip


def length_of(seconds: float) -> str:
    """Return a length of time in words."""
    return said(f"{seconds:g} 秒", f"{seconds:g} s")


def _row(question: str, figures: Mapping[str, Any], cell: Any) -> Row:
    distributed, centralized = (cell(figures[name], figures["summary"][name]) for name in SCHEMES)
    return Row(question=question, distributed=distributed, centralized=centralized)


def _asks(one: Mapping[str, Any]) -> str:
    asked = any(arrow["message"] == "AuthorizeRequest" for arrow in one["arrows"])
    return said("2 (保留期内 0)", "2 (none while it is kept)") if asked else "0"


def _ms(value: float) -> str:
    return said(f"{value:g} 毫秒", f"{value:g} ms")


def _copies(figures: Mapping[str, Any], name: str) -> int:
    return int(figures[name]["messages_for_a_role"])
