"""The permission table as it is reviewed: docs/permissions.md, made from the running program."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby

from auth_center.actors import EVERYTHING
from auth_center.matrix import Door, Guard, doors
from auth_center.matrix.asking import doors_for_actors
from auth_center.permissions import permissions
from config.open_doors import OPEN
from demo.operators import ROLES, DemoRole, granted

PUBLISHED = "docs/permissions.md"
_PLACES = {"crm": "crm", "boss": "boss", "oss": "provisioning"}  # which system a console is of
_HEAD = """# Who may do what

Made from the program by `manage.py write_permission_table`; never written by hand. A test compares
it with the program, and walks through every line as nobody, as each role of the demo operator and
as foreign channels (`tests/contract/test_permission_walk.py`). A page, table, operation, task or
command that asks for no permission and is not declared in `config/open_doors.py` with its reason
makes the build fail.

*guard* says what is asked where no permission is: `operator` any operator of that console, `signed
in` an operator at the centre, `token` any valid token, `client` a registered client's credentials,
`system` the proof of one of the operator's own systems, `inside` the program itself or who has its
machine, `anybody`, `nobody`. `admin` is the demo's administrator, who may do everything.
"""


def permission_table() -> str:
    """Return the whole table; raise ``Undeclared`` where something asks for nothing unexplained."""
    found = doors(OPEN)
    return "\n".join(
        [
            _HEAD,
            *_section("Operations that can be permitted", _NAMES, _names()),
            *_of(found, "page", "Pages of the consoles", _PAGES, _page),
            *_section("Tables of the consoles", _TABLES, _tables(found)),
            *_of(found, "action", "What is done to chosen rows of a table", _PAGES, _action),
            *_of(found, "panel", "Panels of pages", _PARTS, _part),
            *_of(found, "finder", "What is found on pages", _PARTS, _part),
            *_of(found, "remark", "Remarks on rows", _PARTS, _part),
            *_of(found, "api", "Operations of the API", _API, _operation),
            *_section("What pages and API call for somebody", _CALLED, _called()),
            *_of(found, "console", "What every console has", _GUARDS, _guarded),
            *_of(found, "address", "All other addresses", _GUARDS, _guarded),
            *_of(found, "message", "Messages that are heard", _HEARD, _heard),
            *_of(found, "question", "Questions that are answered", _HEARD, _heard),
            *_of(found, "task", "Tasks of the workers", _GUARDS, _guarded),
            *_of(found, "command", "Commands of ours", _GUARDS, _guarded),
        ]
    )


_NAMES = ("permission", "中文", "English", "token scope", "demo roles")
_PAGES = ("address", "asks for", "demo roles there")
_TABLES = ("table", "to look", "demo roles there", "to add, change, delete")
_PARTS = ("where", "what", "asks for")
_API = ("method", "path", "asks for", "token scope")
_CALLED = ("function", "asks for")
_GUARDS = ("what", "guard", "why")
_HEARD = ("system", "name", "guard", "why")


def holders(permission: str, system: str = "") -> list[str]:
    """Return the demo roles that hold one of ``permission``'s names, in ``system`` or anywhere."""
    if not permission:
        return []
    return [
        role.code
        for role in ROLES
        if (not system or system in role.systems)
        and any(_holds(role, name) for name in permission.split(" | "))
    ]


def _holds(role: DemoRole, permission: str) -> bool:
    held = granted(role, list(permissions()))
    return EVERYTHING in held or permission in held


def _names() -> Iterator[Sequence[str]]:
    for name, one in sorted(permissions().items()):
        yield _code(name), one.zh, one.en, one.scope or "–", ", ".join(holders(name))


def _called() -> Iterator[Sequence[str]]:
    """Return what the doors behind the edges ask for; one that varies is marked by dots."""
    for name, asked in doors_for_actors():
        yield _code(name), " ".join(map(_asked, sorted(asked))) or "**NOTHING**"


def _asked(name: str) -> str:
    return _code(name) if name in permissions() else name


def _page(door: Door) -> Sequence[str]:
    return _code(door.address), _code(door.permission), _there(door)


def _action(door: Door) -> Sequence[str]:
    asks = _code(door.permission) if door.permission else str(door.guard)
    return f"{_code(door.address)} {door.deed}", asks, _there(door)


def _tables(found: Iterable[Door]) -> Iterator[Sequence[str]]:
    """Return one line a table: whoever looks at the list may look at all of it."""
    tables = [door for door in found if door.kind == "table"]
    for address, same in groupby(tables, key=_table_of):
        several = list(same)
        look = {door.permission for door in several if door.guard == Guard.PERMISSION}
        nobody = all(door.guard == Guard.NOBODY for door in several if door.deed in _WRITING)
        names = " ".join(_code(name) for name in sorted(look))
        yield _code(address), names, _there(several[0]), "nobody" if nobody else "**SOMEBODY**"


_WRITING = ("add", "delete")


def _table_of(door: Door) -> str:
    return "/".join(door.address.split("/")[:3]) + "/"


def _part(door: Door) -> Sequence[str]:
    return door.place, _code(door.address), _code(door.permission)


def _operation(door: Door) -> Sequence[str]:
    known = permissions().get(door.permission)
    asks = _code(door.permission) if known else f"{door.guard}: {door.why}"
    return door.deed, _code(door.address), asks, (known.scope or "–") if known else ""


def _guarded(door: Door) -> Sequence[str]:
    return _code(door.address or "/"), str(door.guard), door.why


def _heard(door: Door) -> Sequence[str]:
    return door.place, _code(door.address), str(door.guard), door.why


def _there(door: Door) -> str:
    return ", ".join(holders(door.permission, _PLACES[door.place]))


def _of(
    found: Iterable[Door],
    kind: str,
    title: str,
    columns: Sequence[str],
    line: Callable[[Door], Sequence[str]],
) -> list[str]:
    return _section(title, columns, (line(door) for door in found if door.kind == kind))


def _section(title: str, columns: Sequence[str], lines: Iterable[Sequence[str]]) -> list[str]:
    rows = [f"| {' | '.join(line)} |" for line in lines]
    head = [f"| {' | '.join(columns)} |", f"|{'---|' * len(columns)}"]
    return [f"## {title}", *head, *rows, ""] if rows else []


def _code(text: str) -> str:
    return " ".join(f"`{one}`" for one in text.split(" | "))
