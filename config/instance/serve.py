"""``bin/serve``: the whole system on this machine, from an empty folder to a page that answers.

Order: data folder → databases and broker (their keeper) → simulator → migrations and static files
→ demo operator (first start) → workers, relay, beat → web → ``demo.json``.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import signal
import sys
import time
from typing import Any, NoReturn

from config.instance.demo import demo_document, everything_answers, welcome
from config.instance.environment import environment
from config.instance.files import Lock, changing, read_json, write_json
from config.instance.holding import Hold, ServersError
from config.instance.keeper_news import KeeperNews
from config.instance.layout import Layout
from config.instance.ports import is_free, port_of
from config.instance.preparing import PrepareError, prepare
from config.instance.roles import ROLES, STOP_ORDER
from config.instance.supervisor import Supervisor

READY_SECONDS = 120.0
HOST_HELP = "0.0.0.0 lets other machines in; then ALLOWED_HOSTS and BASE_URL name this one"
LOOK_SECONDS = 0.1


class Stopped(BaseException):
    """Somebody asked to stop (Ctrl-C, SIGTERM); raised wherever the work is just then."""


class Serve:
    """One ``bin/serve``: its children, its claim on the servers, its progress lines."""

    def __init__(self, layout: Layout, host: str, port: int) -> None:
        self.layout = layout
        self.host, self.port = host, port
        self.address = f"http://{'127.0.0.1' if host in ('0.0.0.0', '') else host}:{port}"
        self.began = time.monotonic()
        self.alone = Lock(layout.run / "serve.lock")
        self.hold = Hold(layout)
        self.news = KeeperNews(layout, self.say)
        self.supervisor = Supervisor(layout.log, tell=self.say, record=self.record)

    def say(self, text: str) -> None:
        """A progress line with the seconds since the start."""
        tell(f"[{time.monotonic() - self.began:6.1f} s] {text}")

    def record(self, pids: dict[str, int | None]) -> None:
        """Keep ``run/pids.json`` true."""
        with changing(self.layout.pids_file) as known:
            known.update({name: pid for name, pid in pids.items() if pid})
            for name in [name for name, pid in pids.items() if not pid]:
                known.pop(name, None)

    def claim(self) -> None:
        """Take the data folder and the port, or say who has them."""
        if not self.alone.take(fcntl.LOCK_EX | fcntl.LOCK_NB):
            other = read_json(self.layout.run / "serve.json")
            sys.exit(
                f"the data folder {self.layout.data} is served already, by process "
                f"{other.get('pid', '?')} at {other.get('base_url', '?')}; name another with --data"
            )
        deadline = time.monotonic() + 3  # a predecessor may be about to leave
        while not is_free(self.port, self.host):
            if time.monotonic() > deadline:
                sys.exit(f"port {self.port} is in use: name another with --port")
            time.sleep(0.1)
        self.layout.demo_file.unlink(missing_ok=True)
        simulator = port_of(self.layout, "simulator", starting=True)
        base_url = os.environ.get("BASE_URL") or self.address
        state = {"pid": os.getpid(), "base_url": base_url, "port": self.port}
        write_json(self.layout.run / "serve.json", state)
        self.values = {
            "host": self.host,
            "port": str(self.port),
            "simulator_port": str(simulator),
            "data": str(self.layout.data),
        }

    def start(self) -> dict[str, Any]:
        """Everything up to the moment when ``demo.json`` can be written; its content."""
        self.say(f"data folder {self.layout.data}")
        self.hold.take(meanwhile=self.news.pass_on)
        self.news.pass_on()
        env = environment(self.layout)
        env["SANHU_DATA"] = str(self.layout.data)
        children = {name: role.child(self.layout, self.values, env) for name, role in ROLES.items()}
        self.supervisor.start(children.pop("simulator"))  # the demo's first lines are put on it
        loaded = prepare(self.layout, env, self.say)
        self.say("starting " + ", ".join(children))
        self.supervisor.start(*children.values())
        document = demo_document(env["BASE_URL"], loaded)
        self.wait_until_ready(document, env["NETWORK_URL"])
        return document

    def wait_until_ready(self, document: dict[str, Any], network: str) -> None:
        """Look after the children until they all work and everything answers."""
        deadline = time.monotonic() + READY_SECONDS
        waiting = [role for role in ROLES.values() if role.ready_words]
        while True:
            self.look()
            waiting = [r for r in waiting if not self.supervisor.has_said(r.name, r.ready_words)]
            if not waiting and everything_answers(document, address=self.address, network=network):
                return
            if time.monotonic() > deadline:
                raise PrepareError(
                    f"it does not answer within {READY_SECONDS:.0f} s: see {self.layout.log}"
                )
            time.sleep(LOOK_SECONDS)

    def look(self) -> None:
        """Look after the children and the servers once."""
        self.supervisor.tick()
        self.news.pass_on()
        if not self.hold.is_kept():
            self.say("the servers' keeper is gone; starting another")
            self.hold.take(meanwhile=self.supervisor.tick)

    def stop(self) -> None:
        """Stop everything in order, the servers last (unless another command needs them)."""
        self.say("stopping")
        self.layout.demo_file.unlink(missing_ok=True)
        for stage in STOP_ORDER:
            self.supervisor.stop(*stage)
        if not self.hold.release(wait_seconds=30.0):
            self.say("the databases stay up for another command that needs them")
        self.news.pass_on()
        (self.layout.run / "serve.json").unlink(missing_ok=True)
        self.alone.release()
        self.say("stopped")


def tell(text: str) -> None:
    """Print, if anybody still reads; a closed terminal is no reason to stop."""
    try:
        print(text, flush=True)
    except OSError:
        pass


def run(layout: Layout, host: str, port: int) -> None:
    """Serve until somebody asks to stop."""
    serve = Serve(layout, host, port)
    serve.claim()
    try:
        document = serve.start()
        write_json(layout.demo_file, document, mode=0o600)
        serve.say("everything answers")
        tell(f"\n{welcome(document)}\n")
        while True:
            serve.look()
            time.sleep(LOOK_SECONDS)
    except (ServersError, PrepareError) as problem:
        serve.news.pass_on()
        serve.say(str(problem))
        sys.exit(1)
    except Stopped:
        pass
    finally:
        signal.signal(signal.SIGINT, lambda *_: _at_once(serve))
        signal.signal(signal.SIGTERM, lambda *_: _at_once(serve))
        serve.stop()


def _at_once(serve: Serve) -> NoReturn:
    """A second Ctrl-C: no more waiting; the servers' keeper still stops them cleanly."""
    serve.supervisor.kill()
    os._exit(130)


def _stop(*_: object) -> NoReturn:
    raise Stopped


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="bin/serve", description="Run the whole system here.")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--host", default="127.0.0.1", help=HOST_HELP)
    parser.add_argument("--data", help="the data folder (default: SANHU_DATA, else var)")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as under nohup
        signal.signal(signal.SIGHUP, _stop)
    try:
        run(Layout.named(options.data).make(), options.host, options.port)
    except Stopped:
        pass  # before anything had been started


if __name__ == "__main__":
    main()
