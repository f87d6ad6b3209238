"""One operator works at BOSS all the time, and says when what they may do changes.

Run as a process that hosts BOSS alone (``CONSOLE=boss``). Each line printed is an object with the
moment (seconds of the machine's monotonic clock) and ``said``: ``permitted`` or a refusal's code.
The word ``anew`` on standard input lets the centre be asked anew at once, so that what it says then
is as young as can be.
"""

from __future__ import annotations

import json
import select
import sys
import time

PAUSE_SECONDS = 0.02
RARELY_SECONDS = 1.0


def main() -> None:
    """Work until the process is stopped."""
    import django

    django.setup()
    staff_no, permission = sys.argv[1:3]
    said = ""
    rarely = 0.0
    while True:
        anew = bool(select.select([sys.stdin], [], [], PAUSE_SECONDS)[0])
        if anew:
            sys.stdin.readline()
            _forget()
        now = _operate(staff_no, permission)
        if anew or now != said or time.monotonic() > rarely:
            said, rarely = now, time.monotonic() + RARELY_SECONDS
            _tell(said, anew)


def _operate(staff_no: str, permission: str) -> str:
    """Do one operation as a request of the operator would; return how it ended."""
    from auth_center.models import Operator
    from auth_center.permissions import require
    from billing.models import BillingAccount
    from core.errors import DomainError

    operator = Operator.objects.using("boss").filter(staff_no=staff_no).first()
    if operator is None:
        return "unknown"
    try:
        require(operator.actor(), permission)
    except DomainError as refusal:
        return refusal.code
    BillingAccount.objects.exists()
    return "permitted"


def _forget() -> None:
    from auth_center.authority import CENTRALIZED

    CENTRALIZED.forget()


def _tell(said: str, anew: bool) -> None:
    sys.stdout.write(json.dumps({"at": time.monotonic(), "said": said, "anew": anew}) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
