"""Sealing the audit in tests, where others write on the same servers at the same time."""

from __future__ import annotations

import time

from django.db import connections

from core.systems import System

PATIENCE = 300.0  # seconds; a test keeps what it wrote in one transaction as long as it runs


def others_have_ended(system: System = System.CRM) -> None:
    """Wait for what still runs in other databases of the same server: it holds up the sealing."""
    patience = time.monotonic() + PATIENCE
    with connections[system.alias].cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        (now,) = cursor.fetchone()
        while True:
            cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
            if cursor.fetchone()[0] > now:
                return
            assert time.monotonic() < patience, "somebody's transaction does not end"
            time.sleep(0.05)
