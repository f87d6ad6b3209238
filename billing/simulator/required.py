"""No release goes on whose prices nobody has looked at."""

from __future__ import annotations

from django.conf import settings

from billing.models import Release, Simulation
from billing.simulator.drafts import digest_of, new_versions
from core.errors import Conflict


class SimulationMissing(Conflict):
    """The release's prices, as they are now, were not simulated."""

    code = "simulationMissing"
    zh = "发布批次 {release_no} 的资费尚未试算, 请先运行账单模拟"
    en = "The prices of the release {release_no} were not simulated as they are now"


def is_simulated(release: Release) -> bool:
    """Tell whether a simulation holds for the release as it is, or it changes no price."""
    if not new_versions(release):
        return True
    return Simulation.objects.filter(release=release, digest=digest_of(release)).exists()


def require_simulation(release: Release) -> None:
    """Raise ``SimulationMissing`` unless the release's prices were simulated as they are."""
    if settings.SIMULATION_REQUIRED and not is_simulated(release):
        raise SimulationMissing(release_no=release.release_no)
