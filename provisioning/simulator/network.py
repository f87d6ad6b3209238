"""All elements of one state directory, each with its own journal, made when first used."""

import fcntl
import os
import re
from pathlib import Path

from provisioning.simulator.element import Element
from provisioning.simulator.journal import Journal
from provisioning.simulator.memory import Memory
from provisioning.simulator.records import CompletionSet
from provisioning.simulator.refusals import Unknown

USUAL_ELEMENTS = ("hlr", "dsmp", "eoms")
MANUAL_ELEMENTS = ("eoms",)
NAME = re.compile(r"[a-z][a-z0-9_-]{0,30}", re.ASCII)


class StateInUseError(Exception):
    """Another process runs on the same state directory."""


class Network:
    """The elements this process plays; only one process may play those of a directory."""

    def __init__(self, state: Path, *, eoms_seconds: float | None = None) -> None:
        state.mkdir(parents=True, exist_ok=True)
        self._state = state
        self._lock = os.open(state / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StateInUseError(f"{state} is in use by another simulator") from None
        self.elements: dict[str, Element] = {}
        kept = (path.stem for path in state.glob("*.journal"))
        for name in dict.fromkeys((*USUAL_ELEMENTS, *sorted(kept))):
            self.element(name)
        if eoms_seconds is not None:
            for name in MANUAL_ELEMENTS:
                self.element(name).memory.write(CompletionSet(eoms_seconds))

    def element(self, name: str) -> Element:
        """The element of that name, new if never used; refuses as Unknown what is no name."""
        element = self.elements.get(name)
        if element is None:
            if not NAME.fullmatch(name):
                raise Unknown("element_unknown", "That cannot be the name of an element")
            memory = Memory(name, Journal(self._state / f"{name}.journal"))
            element = Element(name, memory, manual=name in MANUAL_ELEMENTS)
            self.elements[name] = element
        return element
