"""The demo catalogue on sale: brought to the market once a process, then put back row by row.

What the release wrote in all three databases is kept as PostgreSQL copies it out, and copied in
again for each test: the same rows under the same keys.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connections, transaction

import products
from auth_center.actors import Actor
from demo.catalogue import put_on_sale
from products.catalogue import CatalogueDocument, load

CATALOGUE = Path(products.__file__).parent / "demo" / "catalogue.yaml"
_TABLES = {
    "default": ("products_%", "integration_%"),
    "boss": ("billing_billing%", "billing_release%", "integration_%"),
    "oss": ("provisioning_networkservice", "provisioning_servicecommand", "integration_%"),
}
_REVISION = "products_cataloguerevision"  # the others' triggers change it: it comes last
_document: list[CatalogueDocument] = []
_kept: dict[tuple[str, datetime], dict[str, dict[str, bytes]]] = {}


def demo_document() -> CatalogueDocument:
    """The demo catalogue, read once a process."""
    if not _document:
        _document.append(load(CATALOGUE))
    return _document[0]


def demo_on_sale(*, actor: Actor, at: datetime, settle: Callable[[], Any]) -> None:
    """Put the demo catalogue on sale as ``actor`` would at ``at``."""
    key = (actor.number, at)
    if key not in _kept:
        put_on_sale(demo_document(), actor=actor, at=at, settle=settle)
        _kept[key] = {alias: _copied_out(alias, likes) for alias, likes in _TABLES.items()}
        return
    for alias, tables in _kept[key].items():
        with transaction.atomic(using=alias):
            _copy_in(alias, tables)


def _copied_out(alias: str, likes: tuple[str, ...]) -> dict[str, bytes]:
    with connections[alias].cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
            " AND tablename LIKE ANY(%s) ORDER BY tablename = %s, tablename",
            [list(likes), _REVISION],
        )
        tables = [name for (name,) in cursor.fetchall()]
    rows: dict[str, bytes] = {}
    for table in tables:
        with _raw(alias).cursor() as raw, raw.copy(f"COPY {table} TO STDOUT") as copy:
            rows[table] = b"".join(bytes(part) for part in copy)
    return rows


def _copy_in(alias: str, tables: dict[str, bytes]) -> None:
    for table, rows in tables.items():
        if table == _REVISION:
            with connections[alias].cursor() as cursor:
                cursor.execute(f"DELETE FROM {table}")
        if rows:
            with _raw(alias).cursor() as raw, raw.copy(f"COPY {table} FROM STDIN") as copy:
                copy.write(rows)


def _raw(alias: str) -> Any:
    connections[alias].ensure_connection()
    return connections[alias].connection
