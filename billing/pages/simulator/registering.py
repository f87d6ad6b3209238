"""Where the pages of simulated bills stand in the console."""

from __future__ import annotations

from auth_center.consoles import boss_console
from billing import permissions
from billing.pages.simulator import releases
from core.console import Page

RELEASE = "releases/<number:release_no>/"

for page in (
    Page(
        path=RELEASE + "simulation/",
        name="release_simulation",
        view=releases.show,
        permission=permissions.VIEW_RELEASE,
        titles=("账单模拟", "Simulated bills"),
    ),
    Page(
        path=RELEASE + "simulation/run/",
        name="release_simulate",
        view=releases.simulate,
        permission=permissions.SIMULATE,
        titles=("试算", "Simulate"),
    ),
):
    boss_console.add_page(page)
