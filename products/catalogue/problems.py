"""What is wrong with a catalogue document, and where exactly."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from core.errors import DomainError

SHOWN = 20


@dataclass(frozen=True)
class Problem:
    """One thing wrong at one place; lines count from 1, ``path`` reads ``offerings[3].code``."""

    file: str
    line: int
    path: str
    zh: str
    en: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.path + ': ' if self.path else ''}{self.en}"


class CatalogueRefused(DomainError):
    """The document is not taken: ``problems`` names every place, ``errors`` repeats the first."""

    code = "catalogueRefused"
    zh = "产品目录有 {count} 处错误:\n{zh_places}"
    en = "The catalogue has {count} problem(s):\n{en_places}"

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(problems, key=lambda problem: problem.line)
        shown = self.problems[:SHOWN]
        super().__init__(
            count=len(self.problems),
            zh_places="\n".join(f"{p.file}:{p.line}: {p.path} {p.zh}" for p in shown),
            en_places="\n".join(map(str, shown)),
            errors=[
                DomainError(
                    code="catalogueProblem",
                    field=f"{p.file}:{p.line}: {p.path}",
                    zh=p.zh,
                    en=p.en,
                )
                for p in shown
            ],
        )
