"""What crosses the border of the authentication centre: what somebody may do, see and spend."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

SCHEMES = ("distributed", "centralized")  # 鉴权分散 / 鉴权集中
EVERYTHING = "*"


class Reach(StrEnum):
    """How far somebody sees (数据权限)."""

    UNIT = "unit"
    REGION = "region"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class DataScope:
    """Which rows somebody sees: those of some organisation units, of a region, or all."""

    reach: Reach = Reach.ALL
    region: str = ""
    units: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """Up to where one person decides alone; what lies above wants a second one.

    ``most`` is in the unit that the operation states: money in the operator's currency, percent.
    """

    most: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """All that one operator holds in one system."""

    grants: frozenset[str] = frozenset()
    scope: DataScope = field(default_factory=lambda: DataScope(reach=Reach.UNIT))
    limits: Mapping[str, Limit] = field(default_factory=dict)

    def may(self, permission: str) -> bool:
        """Tell whether ``permission`` is held."""
        return permission in self.grants or EVERYTHING in self.grants


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Whether an operation is permitted, and why not."""

    permitted: bool
    code: str = ""
    zh: str = ""
    en: str = ""
