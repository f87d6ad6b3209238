"""Decomposing a provisioning order: which network elements are told what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from provisioning.states import Action, ElementKind
from provisioning.values import MOBILE, Command, DesiredState

SUBSCRIBER_REGISTER = "hlr"
_TURN = {kind: turn for turn, kind in enumerate(ElementKind.values)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a line shall be: the whole of it, before it is divided among the elements."""

    action: str
    subscriber_no: str
    msisdn: str
    iccid: str
    bar: str
    version: int
    service_kind: str = MOBILE
    service_number: str = ""

    @property
    def mobile(self) -> bool:
        """Tell whether it is a mobile line, which the subscriber register knows."""
        return self.service_kind == MOBILE


def decompose(
    wish: Wish,
    commands: Sequence[Command],
    kinds: Mapping[str, str],
    told: Mapping[str, DesiredState | None],
) -> dict[str, DesiredState]:
    """Return what each element shall have, in the order in which they are told.

    ``commands`` are all that the wished services mean, ``kinds`` the kind of every element.
    ``told`` is what each element was last asked for this subscriber (None: asked, and refused):
    one that no service needs any longer is told that as well. The subscriber register always has
    its say on a mobile line; people are only asked for what changes. Nobody may be left to tell.
    """
    active = wish.action != Action.DEACTIVATE
    always = (SUBSCRIBER_REGISTER,) if wish.mobile else ()
    wanted: dict[str, list[Command]] = {code: [] for code in (*always, *told)}
    for command in commands if active else ():
        wanted.setdefault(command.element, []).append(command)
    desired = {
        element: _state_on(kinds[element], wish, active, its_commands)
        for element, its_commands in wanted.items()
    }
    return {
        element: state
        for element, state in sorted(
            desired.items(), key=lambda one: (_TURN[kinds[one[0]]], one[0])
        )
        if not (kinds[element] == ElementKind.EOMS and _is_as_told(state, told.get(element)))
    }


def _state_on(kind: str, wish: Wish, active: bool, commands: Sequence[Command]) -> DesiredState:
    """Each kind of element is told what concerns it: only the register knows cards, only people
    do not mind a bar."""
    services = tuple(dict.fromkeys(command.service for command in commands))
    serves = bool(services) or (kind == ElementKind.HLR and wish.mobile)
    return DesiredState(
        subscriber_no=wish.subscriber_no,
        active=active and serves,
        msisdn=wish.msisdn,
        iccid=wish.iccid if kind == ElementKind.HLR else "",
        bar="none" if kind == ElementKind.EOMS else wish.bar,
        version=wish.version,
        services=services,
        commands=tuple(commands),
        line="" if wish.mobile else wish.service_number,
    )


def _is_as_told(state: DesiredState, told: DesiredState | None) -> bool:
    return told is not None and replace(told, version=state.version) == state
