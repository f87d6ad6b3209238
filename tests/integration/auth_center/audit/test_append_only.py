"""The database itself refuses to change, delete or empty the audit."""

from __future__ import annotations

import pytest
from django.db import Error, connections, transaction

from core.systems import System

pytestmark = pytest.mark.django_db(databases=["default", "boss", "oss"])


@pytest.mark.parametrize("system", list(System))
@pytest.mark.parametrize("table", ["auth_center_auditentry", "auth_center_auditseal"])
@pytest.mark.parametrize(
    "deed", ["UPDATE {0} SET {1} = {1}", "DELETE FROM {0}", "DELETE FROM {0} WHERE {1} = -1"]
)
def test_the_database_refuses_to_change_or_delete(system: System, table: str, deed: str) -> None:
    column = "id" if table.endswith("entry") else "number"
    with pytest.raises(Error, match="only ever"), transaction.atomic(using=system.alias):
        connections[system.alias].cursor().execute(deed.format(table, column))


@pytest.mark.parametrize("table", ["auth_center_auditentry", "auth_center_auditseal"])
def test_the_database_refuses_to_empty_it(table: str) -> None:
    cursor = connections["default"].cursor()  # as everywhere but in tests
    cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER never_emptied")
    with pytest.raises(Error, match="only ever"):
        cursor.execute(f"TRUNCATE {table}")
