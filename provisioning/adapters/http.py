"""HTTP to network elements: one pool of kept connections, one deadline, two kinds of failure."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import msgspec
import urllib3
from django.conf import settings

from provisioning.adapters.base import Refused, Unreachable

TRY_LATER = frozenset({408, 425, 429})
SILENT_CALLS = 2  # so many deadlines in a row, and an element is left alone for a while
LEFT_ALONE_SECONDS = 5.0

_pool = urllib3.PoolManager(num_pools=20, maxsize=32, retries=False)


class Refusal(msgspec.Struct):
    """An element's refusal, TM Forum's Error."""

    code: str = ""
    reason: str = ""
    message: str = ""


class Element:
    """One element's address. While it lets deadlines pass, callers are told at once.

    Only silence counts (a worker waits for it, and others' work with it): a connection that is
    refused or closed costs no time.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._silent_calls = 0
        self._alone_until = 0.0
        self._lock = threading.Lock()

    def post(self, path: str, body: bytes) -> tuple[int, Any]:
        """Return status and content; raises ``Unreachable``."""
        return self._call("POST", path, body)

    def get(self, path: str, query: Sequence[tuple[str, str]] = ()) -> tuple[int, Any]:
        """Return status and content; raises ``Unreachable``."""
        return self._call("GET", f"{path}?{urlencode(query)}" if query else path, None)

    def _call(self, method: str, path: str, body: bytes | None) -> tuple[int, Any]:
        self._refuse_while_left_alone()
        try:
            response = _pool.request(
                method,
                self.url + path,
                body=body,
                headers={"Content-Type": "application/json"},
                timeout=urllib3.Timeout(total=settings.NETWORK_TIMEOUT_SECONDS),
                redirect=False,
            )
        except urllib3.exceptions.TimeoutError as error:
            self._note_silence()
            raise Unreachable(f"no answer within {settings.NETWORK_TIMEOUT_SECONDS:g} s") from error
        except urllib3.exceptions.HTTPError as error:
            raise Unreachable(f"connection lost ({type(error).__name__})") from error
        self._silent_calls = 0
        return response.status, _understand(response.status, response.data)

    def _refuse_while_left_alone(self) -> None:
        if time.monotonic() < self._alone_until:
            raise Unreachable("left alone after it kept silent")

    def _note_silence(self) -> None:
        with self._lock:
            self._silent_calls += 1
            if self._silent_calls >= SILENT_CALLS:
                self._alone_until = time.monotonic() + LEFT_ALONE_SECONDS


def _understand(status: int, content: bytes) -> Any:
    if status >= 500 or status in TRY_LATER or 300 <= status < 400:
        raise Unreachable(f"HTTP {status}")
    try:
        if status >= 400:
            return msgspec.json.decode(content, type=Refusal)
        return msgspec.json.decode(content)
    except msgspec.MsgspecError as error:
        if status >= 400:
            return Refusal(code=f"http{status}", reason=f"HTTP {status}")
        raise Unreachable(f"HTTP {status} that cannot be understood") from error


_REASONS = {
    "msisdn_in_use": "号码正被其他用户使用",
    "iccid_in_use": "SIM 卡正被其他用户使用",
    "refused_by_element": "网元拒绝执行",
    "reference_reused": "工单号已用于其他请求",
    "invalid_service": "请求格式不被接受",
}


def refused(element: str, refusal: Refusal) -> Refused:
    """Return an element's refusal in both languages, its own words kept."""
    said = refusal.message or refusal.reason or refusal.code
    known = _REASONS.get(refusal.code)
    zh = f"网元 {element} 拒绝: {known or said} ({refusal.code})"
    return Refused(code=refusal.code, zh=zh, en=f"{element} refused: {said} ({refusal.code})")
