"""Commands share an instance's own servers; the last one out stops them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from config.instance.environment import INSTANCE_VARIABLES, server_urls
from config.instance.files import read_json
from config.instance.holding import Hold, ServersError
from config.instance.layout import Layout


@pytest.fixture
def layout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Layout]:
    for variable in INSTANCE_VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    for folder in (tmp_path, *tmp_path.parents[:3]):
        folder.chmod(folder.stat().st_mode | 0o011)  # the servers' user may pass through
    return Layout(tmp_path / "data").make()


def settings_of(url: str) -> dict[str, str]:
    with psycopg.connect(url) as connection:
        names = ("fsync", "synchronous_commit", "listen_addresses", "max_connections")
        rows = {name: connection.execute(f"show {name}").fetchone() for name in names}
        rows["user"] = connection.execute(
            "select current_user || ' ' || rolsuper from pg_roles where rolname = current_user"
        ).fetchone()
        rows["locale"] = connection.execute(
            "select datlocprovider::text || ' ' || datcollate from pg_database"
            " where datname = current_database()"
        ).fetchone()
        connection.execute("create extension pg_trgm")
        rows["chinese"] = connection.execute("select cardinality(show_trgm('中国移动'))").fetchone()
    return {name: str(row[0]) for name, row in rows.items() if row}


def test_servers_run_while_anybody_needs_them(layout: Layout) -> None:
    first, second = Hold(layout).take(), Hold(layout).take()
    urls = server_urls(layout)
    for system in ("DATABASE_URL", "BOSS_DATABASE_URL", "OSS_DATABASE_URL"):
        assert settings_of(urls[system]) == {
            "fsync": "on",
            "synchronous_commit": "on",
            "listen_addresses": "",
            "max_connections": "200",
            "user": "sanhu false",
            "locale": "c C.UTF-8",
            "chinese": "5",
        }
    broker = redis.Redis.from_url(urls["REDIS_URL"])
    assert broker.config_get("appendonly") == {"appendonly": "yes"}
    broker.set("told", "before")
    pids = read_json(layout.pids_file)
    assert sorted(pids) == ["broker", "postgres-boss", "postgres-crm", "postgres-oss"]

    assert not first.release(wait_seconds=10)
    assert read_json(layout.pids_file) == pids
    with psycopg.connect(urls["DATABASE_URL"]) as connection:
        connection.execute("create table kept as select 1 as one")
    assert second.release(wait_seconds=30)
    assert read_json(layout.pids_file) == {}
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(urls["DATABASE_URL"])

    third = Hold(layout).take()
    assert server_urls(layout) == urls
    with psycopg.connect(urls["DATABASE_URL"]) as connection:
        assert connection.execute("select one from kept").fetchone() == (1,)
    assert redis.Redis.from_url(urls["REDIS_URL"]).get("told") == b"before"
    assert third.release(wait_seconds=30)


def test_servers_that_cannot_start_are_reported_with_their_reason(layout: Layout) -> None:
    (layout.data / "pg").write_text("in the way")
    with pytest.raises(ServersError, match="the databases do not start"):
        Hold(layout).take()


def test_with_all_servers_elsewhere_nothing_is_started(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("DATABASE_URL", "BOSS_DATABASE_URL", "OSS_DATABASE_URL", "REDIS_URL"):
        monkeypatch.setenv(variable, "scheme://elsewhere")
    hold = Hold(layout).take()
    assert hold.is_kept()
    assert hold.release()
    assert not (layout.data / "pg").exists()
