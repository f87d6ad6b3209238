"""The centre's pages on CRM's console: staff, units, roles, outside systems, the scheme."""

from auth_center.consoles import crm_console
from auth_center.pages import channels, importing, operators, roles, scheme, units

for _page in (
    *operators.PAGES,
    *importing.PAGES,
    *units.PAGES,
    *roles.PAGES,
    *channels.PAGES,
    *scheme.PAGES,
):
    crm_console.add_page(_page)

__all__ = ["channels", "importing", "operators", "roles", "scheme", "units"]
