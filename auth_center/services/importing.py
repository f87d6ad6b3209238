"""操作员导入: a CSV file of operators, checked line by line, taken on as a whole or not at all."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from auth_center.actors import Actor
from auth_center.days import instant_of
from auth_center.models import Operator
from auth_center.permissions import MANAGE_OPERATORS, require
from auth_center.services.operators import ALIAS, Employment, save_operator
from auth_center.services.refusals import NotValid
from core.errors import DomainError

COLUMNS = (
    "staff_no",
    "name",
    "org_unit",
    "region",
    "position",
    "email",
    "roles",
    "active_from",
    "active_until",
)
NEEDED = ("staff_no", "name", "org_unit", "region")
MOST_ROWS = 2000
MOST_BYTES = 1024 * 1024
NO_CHANGE, NEW, CHANGED = "same", "new", "changed"


class FileRefused(DomainError):
    """The file is no table of operators; nothing was read from it."""

    code = "fileRefused"
    zh = "文件无法导入: {why_zh}"
    en = "The file cannot be imported: {why_en}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RowResult:
    """What becomes of one line of the file: ``same``, ``new``, ``changed``, or why not."""

    line: int
    staff_no: str
    name: str = ""
    fate: str = ""
    faults: tuple[DomainError, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportResult:
    """What an import has done, or would do; ``done`` says which."""

    rows: tuple[RowResult, ...]
    done: bool

    @property
    def faulty(self) -> list[RowResult]:
        """The lines that cannot be taken on."""
        return [row for row in self.rows if row.faults]

    def count(self, fate: str) -> int:
        """Return how many lines meet this fate."""
        return sum(row.fate == fate for row in self.rows)


class _Undone(Exception):
    """Takes back what a dry run or a faulty file has written."""


def import_operators(content: bytes, *, dry_run: bool, actor: Actor, at: datetime) -> ImportResult:
    """Take on the operators of a CSV file (UTF-8, or GB18030 as Excel writes it), all or none.

    A line hires who is not there and changes who is; an empty cell of an optional column leaves
    what is there. Nothing is written by a dry run, nor if one line is faulty. Raises
    ``FileRefused``.
    """
    require(actor, MANAGE_OPERATORS)
    lines = list(_read(content))
    results: list[RowResult] = []
    try:
        with transaction.atomic(using=ALIAS):
            # By number: two imports at a time wait for each other and never in a circle.
            for line, row in sorted(lines, key=lambda one: (one[1]["staff_no"], one[0])):
                results.append(_take(line, row, results, actor, at))
            if dry_run or any(one.faults for one in results):
                raise _Undone
    except _Undone:
        pass
    rows = tuple(sorted(results, key=lambda one: one.line))
    return ImportResult(rows=rows, done=not dry_run and not any(one.faults for one in rows))


def _take(
    line: int, row: dict[str, str], before: list[RowResult], actor: Actor, at: datetime
) -> RowResult:
    result = RowResult(line=line, staff_no=row["staff_no"], name=row["name"])
    twin = next((one for one in before if one.staff_no == row["staff_no"]), None)
    if twin is not None:
        again = DomainError(
            code="twice",
            field="staff_no",
            zh="工号与第 {line} 行重复",
            en="The same staff number as in line {line}",
            line=twin.line,
        )
        return replace(result, faults=(again,))
    held = Operator.objects.using(ALIAS).filter(staff_no=row["staff_no"]).first()
    try:
        with transaction.atomic(using=ALIAS):
            saved = save_operator(
                staff_no=row["staff_no"], about=_about(row, held), actor=actor, at=at
            )
    except NotValid as refusal:
        return replace(result, faults=tuple(refusal.errors))
    except DomainError as refusal:
        return replace(result, faults=(refusal,))
    if held is None:
        return replace(result, fate=NEW)
    return replace(result, fate=NO_CHANGE if saved.version == held.version else CHANGED)


def _about(row: dict[str, str], held: Operator | None) -> Employment:
    roles = tuple(one for one in row["roles"].replace("|", ";").split(";") if one.strip())
    begins = _instant("active_from", row["active_from"], held.active_from if held else None)
    ends = _instant(
        "active_until", row["active_until"], held.active_until if held else None, last=True
    )
    return Employment(
        name=row["name"],
        org_unit=row["org_unit"],
        region=row["region"],
        position=row["position"] or (held.position if held else ""),
        email=row["email"] or (held.email if held else ""),
        role_codes=tuple(map(str.strip, roles)) or tuple(held.role_codes if held else ()),
        is_active=held.is_active if held else True,
        active_from=begins or (held.active_from if held else None),
        active_until=ends or (held.active_until if held else None),
    )


def _instant(
    field: str, text: str, held: datetime | None, *, last: bool = False
) -> datetime | None:
    try:
        return instant_of(text, held, last=last)
    except ValueError:
        raise DomainError(
            field=field, code="notADay", zh="日期须为 2026-01-31 的样式", en="A day like 2026-01-31"
        ) from None


def _read(content: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield each line with its number in the file."""
    if len(content) > MOST_BYTES:
        raise FileRefused(why_zh="超过 1 MB", why_en="more than 1 MB")
    reader = csv.reader(io.StringIO(_text(content), newline=""), strict=True)
    try:
        head = [one.strip().lower() for one in next(reader, [])]
        _check_head(head)
        found = 0
        for cells in reader:
            if not any(one.strip() for one in cells):
                continue
            found += 1
            if found > MOST_ROWS:
                raise FileRefused(
                    why_zh=f"超过 {MOST_ROWS} 行", why_en=f"more than {MOST_ROWS} lines"
                )
            if len(cells) > len(head):
                raise FileRefused(
                    why_zh=f"第 {reader.line_num} 行的列数多于表头",
                    why_en=f"line {reader.line_num} has more cells than the head",
                )
            row = dict.fromkeys(COLUMNS, "") | dict(zip(head, map(str.strip, cells), strict=False))
            yield reader.line_num, row
    except csv.Error as error:
        raise FileRefused(
            why_zh=f"第 {reader.line_num} 行不是有效的 CSV",
            why_en=f"line {reader.line_num} is no CSV ({error})",
        ) from error
    if not found:
        raise FileRefused(why_zh="没有数据行", why_en="there is no line in it")


def _text(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise FileRefused(why_zh="不是文本文件", why_en="this is no text")


def _check_head(head: list[str]) -> None:
    unknown = sorted(set(head) - set(COLUMNS))
    missing = [one for one in NEEDED if one not in head]
    if missing:
        names = ", ".join(missing)
        raise FileRefused(why_zh=f"缺少列 {names}", why_en=f"columns are missing: {names}")
    if unknown:
        names = ", ".join(unknown)[:100]
        raise FileRefused(why_zh=f"未知的列 {names}", why_en=f"unknown columns: {names}")
    if len(set(head)) != len(head):
        raise FileRefused(why_zh="有重复的列", why_en="a column stands there twice")
