"""How roles are called: where they hold, how far they see, and their operations app by app."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.apps import apps
from django.utils.translation import gettext

from auth_center.models import Role
from auth_center.permissions import Permission
from core.console import said
from core.systems import System

SYSTEMS = {
    System.CRM: ("CRM", "CRM"),
    System.BOSS: ("BOSS", "BOSS"),
    System.PROVISIONING: ("开通", "Provisioning"),
}

LAST_APPS = ("integration", "auth_center")


def reach_words(reach: str) -> str:
    """Return how far somebody sees, in words."""
    return {
        "unit": said("本机构及下级", "Own unit and below"),
        "region": said("本区域", "Own region"),
        "all": said("全部", "Everything"),
    }.get(reach, reach)


def systems_words(role: Role) -> str:
    """Return which systems know a role."""
    if not role.systems:
        return said("所有系统", "Every system")
    return ", ".join(said(*SYSTEMS[System(one)]) for one in role.systems)


def by_app(known: Mapping[str, Permission]) -> list[tuple[str, list[Permission]]]:
    """Return the operations app by app: the business first, then what runs it."""
    order = [one.label for one in apps.get_app_configs() if one.label not in LAST_APPS]
    order += LAST_APPS
    found: dict[str, list[Permission]] = {}
    for name in known:
        found.setdefault(name.partition(".")[0], []).append(known[name])
    labels = sorted(found, key=lambda label: order.index(label) if label in order else 99)
    return [(_app(label, order), found[label]) for label in labels]


def _app(label: str, known: Iterable[str]) -> str:
    return gettext(str(apps.get_app_config(label).verbose_name)) if label in known else label
