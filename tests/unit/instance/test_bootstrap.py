from __future__ import annotations

import json
from pathlib import Path

import pytest

from config.instance import bootstrap


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clone with two lock files and nothing installed."""
    (tmp_path / "requirements.txt").write_text("django==5.2\n")
    (tmp_path / "requirements-dev.txt").write_text("pytest==9\n")
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(bootstrap, "PYTHON", tmp_path / ".venv/bin/python")
    monkeypatch.setattr(bootstrap, "STAMP", tmp_path / ".venv/installed.json")
    return tmp_path


@pytest.fixture
def installs(clone: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What was installed, instead of installing it."""
    done: list[list[str]] = []

    def make_venv() -> None:
        bootstrap.PYTHON.parent.mkdir(parents=True)
        bootstrap.PYTHON.touch()

    monkeypatch.setattr(bootstrap, "make_venv", make_venv)
    monkeypatch.setattr(bootstrap, "install", lambda groups: done.append(list(groups)))
    return done


def test_installs_once_and_then_has_nothing_to_do(installs: list[list[str]]) -> None:
    bootstrap.ensure([""])
    bootstrap.ensure([""])
    assert installs == [[""]]
    assert bootstrap.is_ready([""])
    assert not bootstrap.is_ready(["", "dev"])


def test_a_changed_lock_file_is_installed_with_every_group_that_was_there(
    clone: Path, installs: list[list[str]]
) -> None:
    bootstrap.ensure(["", "dev"])
    (clone / "requirements.txt").write_text("django==5.2.1\n")
    assert not bootstrap.is_ready([""])
    bootstrap.ensure([""])
    assert installs == [["", "dev"], ["", "dev"]]


def test_a_broken_installation_is_not_taken_for_a_finished_one(
    clone: Path, installs: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    bootstrap.ensure([""])
    (clone / "requirements.txt").write_text("django==5.2.1\n")

    def fail(groups: list[str]) -> None:
        raise bootstrap.BootstrapError("no network")

    with monkeypatch.context() as broken:
        broken.setattr(bootstrap, "install", fail)
        with pytest.raises(bootstrap.BootstrapError):
            bootstrap.ensure([""])
    assert json.loads(bootstrap.STAMP.read_text()) == {}
    bootstrap.ensure([""])
    assert bootstrap.is_ready([""])


def test_a_python_without_venv_says_which_package_to_install(
    clone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap.sys, "base_prefix", str(clone))
    python = clone / "lacking"
    python.write_text("#!/bin/sh\necho 'ensurepip is not available'\nexit 1\n")
    python.chmod(0o755)
    monkeypatch.setattr(bootstrap.sys, "executable", str(python))
    with pytest.raises(bootstrap.BootstrapError, match="apt-get install python3-venv") as refusal:
        bootstrap.make_venv()
    assert "ensurepip is not available" in str(refusal.value)


def test_the_lock_files_name_no_registry_and_pin_every_package_by_hash() -> None:
    for path in Path(bootstrap.__file__).parents[2].glob("requirements*.txt"):
        text = path.read_text()
        assert "://" not in text
        pins = [line for line in text.splitlines() if line and line[0] not in " #"]
        assert pins
        assert all("==" in pin and pin.endswith("\\") for pin in pins)
