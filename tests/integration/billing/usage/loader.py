"""Loads a file of usage in processes that can be killed: ``python -m … PATH BYTES_A_PART``.

For every line it reads it starts a process that loads the file, tells its number, and, once it has
ended, how: its status, and the most memory (KB) that one of them has taken so far.
"""

from __future__ import annotations

import os
import resource
import sys
from pathlib import Path


def main() -> None:
    """Start a process a line, until there are no more."""
    import django

    django.setup()
    from billing.usage import parts

    path, parts.PART_BYTES = Path(sys.argv[1]), int(sys.argv[2])
    for _ in sys.stdin:
        process = os.fork()
        if not process:
            _load(path)
        print(process, flush=True)
        _, status = os.waitpid(process, 0)
        print(status, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, flush=True)


def _load(path: Path) -> None:
    from billing.usage import receive_file
    from tests.integration.billing.usage.files import CLERK, NOW

    status = 1
    try:
        receive_file(path=path, actor=CLERK, at=NOW)
        status = 0
    finally:
        os._exit(status)


if __name__ == "__main__":
    main()
