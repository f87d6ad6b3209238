"""``manage.py`` and ``bin/role``: one process of an instance, with the servers it needs."""

from __future__ import annotations

import argparse
import os
import sys

from config.instance.environment import embedded_servers, environment
from config.instance.files import read_json
from config.instance.holding import Hold, ServersError
from config.instance.keys import SHARED
from config.instance.layout import ROOT, Layout
from config.instance.ports import port_of
from config.instance.roles import ROLES

# Django's commands that look at code and files only.
WITHOUT_DATABASES = (
    *("help", "version", "--help", "--version", "-h", "check", "diffsettings", "spectacular"),
    *(
        "startapp",
        "makemessages",
        "compilemessages",
        "collectstatic",
        "findstatic",
        "makemigrations",
    ),
)


def manage(arguments: list[str]) -> None:
    """Django's command line; the claim on the servers ends with this process."""
    from django.core.management import execute_from_command_line

    layout = Layout.named().make()
    if arguments[1:2] and arguments[1] not in WITHOUT_DATABASES:
        _servers(layout)
    os.environ.update(environment(layout))
    execute_from_command_line(arguments)


def _servers(layout: Layout) -> Hold:
    try:
        return Hold(layout).take()
    except ServersError as problem:
        sys.exit(str(problem))


def role() -> None:
    """Become one of the system's processes, in the foreground."""
    names = "\n".join(f"  {role.name:<12} {role.purpose}" for role in ROLES.values())
    parser = argparse.ArgumentParser(
        prog="bin/role",
        description="Run one process of the system alone.",
        epilog=f"roles:\n{names}\n\nFurther arguments go to the role's program.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("name", choices=sorted(ROLES), metavar="NAME")
    parser.add_argument("--data", help="the data folder (default: SANHU_DATA, else var)")
    options, more = parser.parse_known_args()
    layout = Layout.named(options.data).make()
    check_keys(layout)
    chosen = ROLES[options.name]
    if options.name != "simulator":
        _servers(layout).users.outlive_exec()
    env = environment(layout)
    serving = read_json(layout.run / "serve.json")
    values = {
        "host": "127.0.0.1",
        "port": str(serving.get("port", 8000)),
        "simulator_port": str(port_of(layout, "simulator")),
        "data": str(layout.data),
    }
    os.chdir(ROOT)
    command = chosen.command(values, *more)
    os.execve(command[0], command, env)


def check_keys(layout: Layout) -> None:
    """With servers elsewhere, keys made up here would read nothing that is there."""
    if len(embedded_servers()) == 4 or layout.secrets_file.exists():
        return
    missing = [name for name in SHARED if not os.environ.get(name)]
    if missing:
        sys.exit(
            f"the servers stand elsewhere, and {', '.join(missing)} are missing: give the "
            f"instance's own, or copy its secrets.json into {layout.data}"
        )


if __name__ == "__main__":
    role()
