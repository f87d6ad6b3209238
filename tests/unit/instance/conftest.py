"""A data folder of its own for every test."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.instance.environment import INSTANCE_VARIABLES
from config.instance.layout import Layout


@pytest.fixture
def layout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Layout:
    for variable in INSTANCE_VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    for folder in (tmp_path, *tmp_path.parents[:3]):
        folder.chmod(folder.stat().st_mode | 0o011)  # the servers' user may pass through
    return Layout(tmp_path / "data").make()
