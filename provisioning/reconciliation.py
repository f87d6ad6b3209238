"""What the network elements themselves have, for comparison with our lines."""

from __future__ import annotations

from core.errors import Unavailable
from provisioning.adapters import Unreachable, adapter_of
from provisioning.models import NetworkElement
from provisioning.refusals import UnknownElement
from provisioning.values import ElementState


class ElementSilent(Unavailable):
    """The element does not answer, so nothing can be said about it."""

    code = "elementSilent"
    zh = "网元 {element} 没有响应: {reason}"
    en = "Network element {element} does not answer: {reason}"


def list_element_states(element: str, offset: int, limit: int) -> list[ElementState]:
    """Return a page of what an element has, in its own order.

    Raises ``UnknownElement``, or ``ElementSilent`` when it cannot be asked.
    """
    found = NetworkElement.objects.filter(pk=element).first()
    if found is None:
        raise UnknownElement(element=element)
    adapter = adapter_of(found.code, found.kind, found.base_url)
    try:
        return adapter.list_states(offset, limit)
    except Unreachable as silence:
        raise ElementSilent(element=element, reason=str(silence)) from silence
