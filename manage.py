#!/usr/bin/env python3
"""Django's command line, on the instance that SANHU_DATA names (default: var)."""

import os
import sys

ROOT = os.path.dirname(os.path.realpath(__file__))


def main():
    """Make .venv when it is missing or stale, and go on inside it."""
    inside = os.path.realpath(sys.prefix) == os.path.realpath(os.path.join(ROOT, ".venv"))
    if inside:
        from config.instance.bootstrap import is_ready
    if not inside or not is_ready([""]):
        launch = os.path.join(ROOT, "config", "instance", "launch")
        os.execv(launch, [launch, os.path.join(ROOT, "manage.py"), *sys.argv[1:]])
    from config.instance.commands import manage

    manage(sys.argv)


if __name__ == "__main__":
    main()
