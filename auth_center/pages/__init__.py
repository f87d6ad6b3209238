"""The centre's pages on CRM's console; each console shows its own system's audit."""

from auth_center.consoles import boss_console, crm_console, oss_console
from auth_center.pages import approvals, audit, channels, importing, operators, roles, scheme, units

for _page in (
    *operators.PAGES,
    *importing.PAGES,
    *units.PAGES,
    *roles.PAGES,
    *channels.PAGES,
    *scheme.PAGES,
):
    crm_console.add_page(_page)

for _console in (crm_console, boss_console, oss_console):
    for _page in (*approvals.PAGES, *audit.PAGES):
        _console.add_page(_page)

__all__ = ["approvals", "audit", "channels", "importing", "operators", "roles", "scheme", "units"]
