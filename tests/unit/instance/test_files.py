from __future__ import annotations

import fcntl
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from config.instance.files import Lock, changing, read_json, write_json


def test_a_secret_file_is_its_owners_alone_from_the_first_moment(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    write_json(path, {"key": "钥匙"}, mode=0o600)
    assert read_json(path) == {"key": "钥匙"}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["secrets.json"]


def test_a_missing_or_broken_file_reads_as_empty(tmp_path: Path) -> None:
    path = tmp_path / "some.json"
    assert read_json(path) == {}
    path.write_text("{half")
    assert read_json(path) == {}


def test_changes_made_at_once_are_all_kept(tmp_path: Path) -> None:
    path = tmp_path / "pids.json"

    def add(number: int) -> None:
        with changing(path) as content:
            content[str(number)] = number

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(40)))
    assert read_json(path) == {str(number): number for number in range(40)}


def test_a_lock_is_shared_by_many_or_held_by_one(tmp_path: Path) -> None:
    first, second = Lock(tmp_path / "lock"), Lock(tmp_path / "lock")
    assert first.take(fcntl.LOCK_SH | fcntl.LOCK_NB)
    assert second.take(fcntl.LOCK_SH | fcntl.LOCK_NB)
    assert not first.take(fcntl.LOCK_EX | fcntl.LOCK_NB)
    second.release()
    assert first.take(fcntl.LOCK_EX | fcntl.LOCK_NB)
    assert second.is_taken()
    first.release()
    assert not second.is_taken()
