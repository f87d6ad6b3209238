from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from config.instance import commands
from config.instance.demo import demo_document, welcome
from config.instance.layout import ROOT, Layout
from config.instance.preparing import PrepareError, run
from config.instance.roles import ROLES, STOP_ORDER

VALUES = {"host": "127.0.0.1", "port": "8000", "simulator_port": "8090", "data": "/data"}


def test_every_role_has_its_turn_when_all_stop() -> None:
    assert sorted(name for stage in STOP_ORDER for name in stage) == sorted(ROLES)


def test_there_is_a_worker_for_each_systems_queue() -> None:
    for queue in ("crm", "boss", "oss"):
        command = ROLES[f"worker-{queue}"].command(VALUES)
        assert command[command.index("-Q") + 1] == queue


def test_a_web_worker_has_at_least_sixteen_request_threads() -> None:
    command = ROLES["web"].command(VALUES)
    assert int(command[command.index("--blocking-threads") + 1]) >= 16
    assert "--no-ws" in command


def test_further_arguments_come_last_and_so_override_the_table() -> None:
    assert ROLES["web"].command(VALUES, "--port", "9000")[-2:] == ["--port", "9000"]


def test_the_table_fills_in_every_value() -> None:
    for role in ROLES.values():
        assert not any("{" in part for part in role.command(VALUES))


def test_a_role_beside_real_servers_asks_for_the_instances_keys(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/crm")
    monkeypatch.setenv("SECRET_KEY", "given")
    with pytest.raises(SystemExit) as refusal:
        commands.check_keys(layout)
    assert "IDENTITY_KEY, IDENTITY_HASH_KEY, OIDC_PRIVATE_KEY are missing" in str(refusal.value)
    assert not layout.secrets_file.exists()


def test_the_demo_document_has_the_promised_shape() -> None:
    loaded = {
        "operators": [{"username": "c", "password": "p", "role": "clerk"}],
        "channel": {"client_id": "i", "client_secret": "s", "scope": "a b"},
        "main_offering": "MAIN",
    }
    document = demo_document("http://127.0.0.1:8000", loaded)
    assert document == {
        "base_url": "http://127.0.0.1:8000",
        "operators": loaded["operators"],
        "channel": {
            "token_url": "http://127.0.0.1:8000/identity/o/api/token",
            "client_id": "i",
            "client_secret": "s",
            "scope": "a b",
        },
        "main_offering": "MAIN",
    }
    assert "sign in as c" in welcome(document)


def test_a_preparing_step_tells_its_lines_and_fails_with_them(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.py", tmp_path / "bad.py"
    good.write_text("print('one'); print('{\"a\": 1}')")
    bad.write_text("import sys; print('why'); sys.exit(3)")
    said: list[str] = []
    lines = run((str(good),), os.environ, said.append)
    assert lines == said == ["one", '{"a": 1}']
    assert json.loads(lines[-1]) == {"a": 1}
    with pytest.raises(PrepareError, match="why"):
        run((str(bad),), os.environ, said.append)


def test_no_command_needs_more_than_a_shell_to_begin() -> None:
    for name in ("serve", "test", "role", "lock"):
        text = (ROOT / "bin" / name).read_text()
        assert text.startswith("#!/bin/sh\n")
        assert os.access(ROOT / "bin" / name, os.X_OK)
    assert sys.version_info >= (3, 11)
