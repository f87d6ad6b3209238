"""The catalogue's pages; each module brings its own ``PAGES``, in the order of the sidebar."""

from __future__ import annotations

from auth_center.consoles import crm_console
from products.pages import drafts, files, mapping, network, product, releases, studio, tariffs

MODULES = (
    studio,
    product,
    tariffs,
    network,
    releases,
    drafts,
    mapping,
    files,
)

for module in MODULES:
    for page in module.PAGES:
        crm_console.add_page(page)
