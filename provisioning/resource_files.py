"""Files of numbers and SIM cards: CSV with a header line, UTF-8."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from core.errors import DomainError
from provisioning.numbering import is_iccid, is_imsi, is_msisdn
from provisioning.values import CardRow, NumberRow

Row = TypeVar("Row")

MOST_PROBLEMS = 20  # told at once; a file of the wrong kind has one a line


class BadLine(DomainError):
    """One line of a file cannot be loaded."""

    code = "badLine"
    zh = "第 {line} 行: {problem_zh}"
    en = "line {line}: {problem_en}"


class LoadRefused(DomainError):
    """A file was refused as a whole; ``errors`` names its lines, nothing was loaded."""

    code = "loadRefused"
    zh = "文件有 {count} 处错误, 未入库"
    en = "{count} problems in the file, nothing was loaded"


class Problems:
    """What is wrong with a file, as far as it is told."""

    def __init__(self) -> None:
        self.lines: list[BadLine] = []
        self.count = 0

    def add(self, line: int, zh: str, en: str) -> None:
        """Note what is wrong with a line."""
        self.count += 1
        if len(self.lines) < MOST_PROBLEMS:
            self.lines.append(BadLine(line=line, problem_zh=zh, problem_en=en))

    def raise_any(self) -> None:
        """Raise ``LoadRefused`` if anything is wrong."""
        if self.count:
            raise LoadRefused(count=self.count, errors=self.lines)


def read_numbers(path: Path) -> Iterator[NumberRow]:
    """Yield the numbers of a file with the columns msisdn[, region][, level].

    Raises ``LoadRefused`` when it is no such file.
    """
    return _read(
        path,
        ("msisdn",),
        ("region", "level"),
        lambda line, row: NumberRow(
            line=line, msisdn=row["msisdn"], region=row["region"], level=row["level"]
        ),
    )


def read_cards(path: Path) -> Iterator[CardRow]:
    """Yield the cards of a file with the columns iccid, imsi[, region]; see ``read_numbers``."""
    return _read(
        path,
        ("iccid", "imsi"),
        ("region",),
        lambda line, row: CardRow(
            line=line, iccid=row["iccid"], imsi=row["imsi"], region=row["region"]
        ),
    )


def check_numbers(rows: Iterable[NumberRow], problems: Problems) -> Iterator[NumberRow]:
    """Yield the rows that are well formed; note the others."""
    for row in rows:
        if is_msisdn(row.msisdn) and len(row.region) <= 40:
            yield row
        else:
            zh, en = f"{row.msisdn!r} 不是 11 位手机号码", f"{row.msisdn!r} is no mobile number"
            problems.add(row.line, zh, en)


def check_cards(rows: Iterable[CardRow], problems: Problems) -> Iterator[CardRow]:
    """Yield the rows that are well formed; note the others."""
    for row in rows:
        if not is_iccid(row.iccid):
            zh, en = f"ICCID {row.iccid!r} 校验错误", f"ICCID {row.iccid!r} does not check"
            problems.add(row.line, zh, en)
        elif not is_imsi(row.imsi):
            zh, en = f"IMSI {row.imsi!r} 格式错误", f"IMSI {row.imsi!r} is none"
            problems.add(row.line, zh, en)
        else:
            yield row


def _read(
    path: Path,
    needed: tuple[str, ...],
    optional: tuple[str, ...],
    make: Callable[[int, dict[str, str]], Row],
) -> Iterator[Row]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, restval="")
        _check_header(reader.fieldnames or (), needed, optional)
        absent = dict.fromkeys(optional, "")
        for row in reader:
            yield make(reader.line_num, absent | {k: v.strip() for k, v in row.items() if k})


def _check_header(
    header: Iterable[str], needed: tuple[str, ...], optional: tuple[str, ...]
) -> None:
    names = list(header)
    if set(needed) - set(names) or set(names) - {*needed, *optional}:
        expected = ", ".join((*needed, *(f"[{name}]" for name in optional)))
        problems = Problems()
        problems.add(1, f"表头应为 {expected}", f"the header should be {expected}")
        problems.raise_any()
