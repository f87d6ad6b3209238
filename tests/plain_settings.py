"""Settings for tools that load the project without an instance: mypy's Django plugin."""

from __future__ import annotations

import os

from config.instance.plain import PLAIN

for name, stand_in in PLAIN.items():
    os.environ.setdefault(name, stand_in)

from config.settings import *  # noqa: E402, F403
