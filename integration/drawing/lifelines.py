"""The lifelines of every trace: their order from left to right, and their names."""

from __future__ import annotations

from typing import NamedTuple


class Lifeline(NamedTuple):
    """One who takes part in a flow."""

    key: str
    zh: str
    en: str


LIFELINES = (
    Lifeline("operator", "操作人员", "operator or customer at a browser"),
    Lifeline("portal", "CRM界面", "CRM portal or a channel"),
    Lifeline("crm", "CRM服务", "CRM service"),
    Lifeline("crm_db", "CRM DB", "CRM database"),
    Lifeline("boss", "BOSS服务", "BOSS service"),
    Lifeline("boss_db", "BOSS DB", "BOSS database"),
    Lifeline("provisioning", "开通", "service provisioning"),
    Lifeline("provisioning_db", "开通 DB", "provisioning database"),
    Lifeline("network", "网元/DSMP/EOMS/业务平台", "network elements and service platforms"),
    Lifeline("sso", "统一认证", "authentication centre"),
)
_BY_KEY = {one.key: one for one in LIFELINES}


def lifeline(key: str) -> Lifeline:
    """Return a lifeline by its key; one that nobody named is called by its key."""
    return _BY_KEY.get(key) or Lifeline(key, key, key)


def in_order(keys: set[str]) -> list[Lifeline]:
    """Return the lifelines of ``keys`` from left to right, unnamed ones last."""
    known = [one for one in LIFELINES if one.key in keys]
    return [*known, *(lifeline(key) for key in sorted(keys - _BY_KEY.keys()))]
