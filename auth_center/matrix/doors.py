"""One way in, and who passes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Guard(StrEnum):
    """What is asked of whoever comes."""

    PERMISSION = "permission"  # the operation that the door names
    OPERATOR = "operator"  # an operator who may do anything at all at this console
    SIGNED_IN = "signed in"  # an operator who has signed in at the centre
    TOKEN = "token"  # noqa: S105 - a valid bearer token, of whatever scope
    CLIENT = "client"  # the credentials, or the code, of a registered client
    SYSTEM = "system"  # the proof of one of the operator's own systems
    INSIDE = "inside"  # nobody comes this way but the program itself, or who has its machine
    ANYBODY = "anybody"
    NOBODY = "nobody"  # refused to everybody


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """Why a way in asks for no permission, and what guards it instead."""

    guard: Guard
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """One way in: ``kind`` of door, the ``place`` it is in, its ``address`` and the ``deed`` there.

    ``permission`` names the operation that is asked for; ``why`` says what guards a door without.
    """

    kind: str
    place: str
    address: str
    deed: str = ""
    guard: Guard = Guard.PERMISSION
    permission: str = ""
    why: str = ""


class Undeclared(Exception):
    """Ways in that ask for no permission, and nobody has said why."""

    def __init__(self, names: list[str]) -> None:
        super().__init__("\n".join(names))
        self.names = names


class Declared:
    """What is declared open, as it is used up: a declaration for nothing is a mistake as well."""

    def __init__(self, reasons: Mapping[str, Open]) -> None:
        self._reasons = reasons
        self._used: set[str] = set()
        self.missing: list[str] = []

    def door(self, key: str, *, kind: str, place: str, address: str, deed: str = "") -> list[Door]:
        """Return the door that ``key`` declares; without a declaration note it as missing."""
        reason = self._reasons.get(key)
        if reason is None:
            self.missing.append(key)
            return []
        self._used.add(key)
        return [
            Door(
                kind=kind,
                place=place,
                address=address,
                deed=deed,
                guard=reason.guard,
                why=reason.why,
            )
        ]

    @property
    def needless(self) -> list[str]:
        """The declarations that no door has asked for."""
        return sorted(set(self._reasons) - self._used)
