"""The network's doors: one protocol, one file an outside system."""

from __future__ import annotations

import threading

from django.conf import settings

from provisioning.adapters.base import (
    Accepted,
    Answer,
    Done,
    NetworkAdapter,
    Refused,
    Unreachable,
)
from provisioning.adapters.dsmp import DsmpAdapter
from provisioning.adapters.eoms import EomsAdapter
from provisioning.adapters.hlr import HlrAdapter
from provisioning.states import ElementKind

__all__ = [
    "Accepted",
    "Answer",
    "Done",
    "NetworkAdapter",
    "Refused",
    "Unreachable",
    "adapter_of",
]

_KINDS = {
    ElementKind.HLR: HlrAdapter,
    ElementKind.DSMP: DsmpAdapter,
    ElementKind.EOMS: EomsAdapter,
}
_known: dict[tuple[str, str, str], NetworkAdapter] = {}
_lock = threading.Lock()


def adapter_of(code: str, kind: str, base_url: str) -> NetworkAdapter:
    """Return this process's adapter to an element; its address is ``NETWORK_URL/code`` if none."""
    url = (base_url or f"{settings.NETWORK_URL.rstrip('/')}/{code}").rstrip("/")
    with _lock:
        found = _known.get((code, kind, url))
        if found is None:
            found = _known[code, kind, url] = _KINDS[ElementKind(kind)](code, url)
    return found
