"""The pages on flows in the console: the list in the sidebar, the others behind it."""

from __future__ import annotations

from auth_center.consoles import crm_console
from orders.pages import flow, flow_list

for page in (*flow_list.PAGES, *flow.PAGES):
    crm_console.add_page(page)
