"""鉴权集中: the centre decides, for the menu and for each operation; its word holds for a while.

What the centre said is kept in this process for a little less than ``AUTHORIZATION_SECONDS``,
counted from the moment of asking, so a revoked permission works no longer than that. While the
centre is silent, what is kept goes on until it is that old; everything else is refused
(``CentreSilent``): nobody gets more because the centre is down.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from django.conf import settings

from auth_center.authority.words import holding_from
from auth_center.values import Decision, Holding
from core.errors import Unavailable
from core.systems import Centre, System
from integration.messages import AuthorizeRequest, AuthorizeResponse
from integration.queries import SystemSilent, ask_quietly

MOST_KEPT = 20_000
KEPT = 0.95  # of the stated time, so that the way of question and answer lies within it
SILENCE_SECONDS = 1.0  # after an attempt in vain nobody asks again for so long

Key = tuple[str, System, str]


class CentreSilent(Unavailable):
    """The centre decides, does not answer, and what it said before is too old."""

    code = "centreSilent"
    zh = "统一认证中心没有响应, 无法鉴权, 操作未执行, 请稍后重试"
    en = "The authentication centre does not answer: nothing is permitted now, please try again"


class Centralized:
    """Decides by asking the centre, and by what it said a moment ago."""

    asked_each_time = True

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: OrderedDict[Key, tuple[float, Any]] = OrderedDict()
        self._silent_until = 0.0
        self._lock = threading.Lock()

    def holding(self, staff_no: str, system: System) -> Holding:
        """Return what the centre gives the operator in ``system``."""
        held: Holding = self._keep((staff_no, system, ""), holding_from)
        return held

    def decide(self, staff_no: str, system: System, permission: str) -> Decision:
        """Return the centre's decision about one operation."""
        decision: Decision = self._keep((staff_no, system, permission), _decision)
        return decision

    def forget(self) -> None:
        """Ask everything anew from now on."""
        with self._lock:
            self._kept.clear()
            self._silent_until = 0.0

    def forget_operator(self, staff_no: str) -> None:
        """Ask everything about one operator anew from now on: a sign-on begins or ends."""
        with self._lock:
            for key in [key for key in self._kept if key[0] == staff_no]:
                del self._kept[key]

    def _keep(self, key: Key, read: Callable[[AuthorizeResponse], Any]) -> Any:
        asked_at = self._clock()
        with self._lock:
            known = self._kept.get(key)
            if known is not None and asked_at < known[0]:
                return known[1]
            if asked_at < self._silent_until:
                raise CentreSilent
        said = read(self._ask(*key))
        with self._lock:
            self._kept[key] = (asked_at + settings.AUTHORIZATION_SECONDS * KEPT, said)
            self._kept.move_to_end(key)
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return said

    def _ask(self, staff_no: str, system: System, permission: str) -> AuthorizeResponse:
        question = AuthorizeRequest(staff_no=staff_no, system=str(system), permission=permission)
        try:
            answer: AuthorizeResponse = ask_quietly(system, Centre.SSO, question)
        except SystemSilent as silence:
            with self._lock:
                self._silent_until = self._clock() + SILENCE_SECONDS
            raise CentreSilent from silence
        return answer


def _decision(answer: AuthorizeResponse) -> Decision:
    return Decision(permitted=answer.permitted, code=answer.code, zh=answer.zh, en=answer.en)


CENTRALIZED = Centralized()  # one memory a process
