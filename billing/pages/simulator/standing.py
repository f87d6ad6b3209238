"""What a release's own page says of its simulation."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from auth_center.consoles import actor_of
from billing.models import Release, Simulation
from billing.permissions import SIMULATE
from billing.simulator.drafts import digest_of
from billing.simulator.releasing import BEFORE_LAUNCH
from billing.simulator.required import is_simulated
from billing.states import ReleaseState


def standing(request: HttpRequest, release: Release, *, complete: bool) -> dict[str, Any]:
    """Return what a release's own page says of its simulation."""
    last = last_simulation(release)
    open_now = release.state == ReleaseState.RECEIVED
    return {
        "last": last,
        "missing": open_now and complete and not is_simulated(release),
        "outdated": last is not None and last.digest != digest_of(release),
        "may": may_simulate(request, release) and complete,
    }


def last_simulation(release: Release) -> Simulation | None:
    """Return a release's last simulation."""
    return Simulation.objects.filter(release=release).order_by("-id").first()


def may_simulate(request: HttpRequest, release: Release) -> bool:
    """Tell whether the release can still be simulated, by who looks at it."""
    return release.state in BEFORE_LAUNCH and actor_of(request).may(SIMULATE)
