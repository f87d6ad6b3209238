from __future__ import annotations

import socket
import subprocess
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from config.instance.environment import embedded_servers, environment, without_instance
from config.instance.files import write_json
from config.instance.keys import MAKERS, secrets_of
from config.instance.layout import ROOT, Layout
from config.instance.ports import is_free, port_of
from config.instance.throwaway import Throwaway
from config.instance.unprivileged import ServerUser, can_reach


def test_the_data_folder_is_the_one_named_else_the_variables_else_var(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("SANHU_DATA", raising=False)
    assert Layout.named().data == ROOT / "var"
    monkeypatch.setenv("SANHU_DATA", str(tmp_path / "one"))
    assert Layout.named().data == tmp_path / "one"
    assert Layout.named(str(tmp_path / "two")).data == tmp_path / "two"


def test_secrets_are_made_once_and_fit_their_use(layout: Layout) -> None:
    made = secrets_of(layout)
    assert made.keys() == MAKERS.keys()
    assert secrets_of(layout) == made
    Fernet(made["IDENTITY_KEY"])
    load_pem_private_key(made["OIDC_PRIVATE_KEY"].replace("\\n", "\n").encode(), None)
    assert len(bytes.fromhex(made["IDENTITY_HASH_KEY"])) == 32
    assert layout.secrets_file.stat().st_mode & 0o077 == 0


def test_a_secret_that_came_with_a_later_version_is_added_to_those_there(layout: Layout) -> None:
    write_json(layout.secrets_file, {"SECRET_KEY": "old"})
    assert secrets_of(layout)["SECRET_KEY"] == "old"
    assert secrets_of(layout).keys() == MAKERS.keys()


def test_a_port_is_kept_and_moves_only_when_somebody_else_has_it(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("config.instance.ports.PATIENCE_SECONDS", 0.0)
    port = port_of(layout, "broker", starting=True)
    assert port_of(layout, "broker", starting=True) == port
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        assert not is_free(port)
        assert port_of(layout, "broker") == port
        moved = port_of(layout, "broker", starting=True)
        assert moved != port
    assert port_of(layout, "broker") == moved


def test_what_the_outer_environment_gives_goes_before_the_data_folder(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("DATABASE_URL", "BOSS_DATABASE_URL", "OSS_DATABASE_URL", "REDIS_URL"):
        monkeypatch.setenv(variable, f"scheme://{variable}")
    monkeypatch.setenv("SECRET_KEY", "from the vault")
    env = environment(layout)
    assert embedded_servers() == []
    assert env["BOSS_DATABASE_URL"] == "scheme://BOSS_DATABASE_URL"
    assert env["SECRET_KEY"] == "from the vault"
    assert env["BOSS_SECRET"] == secrets_of(layout)["BOSS_SECRET"]
    assert env["SANHU_DATA"] == str(layout.data)
    assert "BROKER_PASSWORD" not in env
    assert not (layout.data / "pg").exists()
    assert "SECRET_KEY" not in without_instance()


def test_a_throw_away_instance_takes_nothing_from_the_one_around_it(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://around/crm")
    monkeypatch.setenv("SECRET_KEY", "around")
    with subprocess.Popen(["true"]) as process:
        pass
    env = Throwaway(layout, "http://127.0.0.1:1", {}, process).environment()
    assert env["DATABASE_URL"].startswith("postgresql://sanhu@:5432/crm?host=/")
    assert env["SECRET_KEY"] == secrets_of(layout)["SECRET_KEY"]
    assert env["BASE_URL"] == "http://127.0.0.1:1"


def test_a_folder_closed_to_a_user_is_known_to_be_out_of_reach(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    (closed / "inner").mkdir(parents=True)
    closed.chmod(0o700)
    found = closed.stat()
    stranger = ServerUser("stranger", found.st_uid + 1, found.st_gid + 1)
    owner = ServerUser("owner", found.st_uid, found.st_gid)
    assert not can_reach(closed / "inner", stranger)
    assert not can_reach(closed / "inner" / "not" / "yet", stranger)
    assert can_reach(closed / "inner", owner)
