"""A simulator as Provisioning meets it: a process on a port, spoken to over kept connections."""

import http.client
import json
import select
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[3]
API = "tmf-api/ServiceActivationAndConfiguration/v4/service"


class Reply(NamedTuple):
    status: int
    body: Any
    headers: dict[str, str]


class Client:
    """Somebody who talks to a simulator over one kept connection, renewed if broken."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)

    def close(self) -> None:
        self._connection.close()

    def ask(self, method: str, path: str, body: object = None) -> None:
        """Send a request and do not wait; `body` may be bytes, sent as they are."""
        sent = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        self._connection.request(method, path, sent)

    def call(self, method: str, path: str, body: object = None) -> Reply:
        try:
            self.ask(method, path, body)
            return self.answer()
        except (http.client.HTTPException, OSError):
            self._connection.close()
            raise

    def answer(self) -> Reply:
        """Wait for the answer to what was asked."""
        response = self._connection.getresponse()
        content = response.read()
        return Reply(response.status, json.loads(content), dict(response.headers))

    def is_answered(self) -> bool:
        """Whether an answer has begun to arrive."""
        return bool(select.select([self._connection.sock], [], [], 0)[0])

    def order(self, element: str, body: object) -> Reply:
        return self.call("POST", f"/{element}/{API}", body)

    def services(self, element: str, query: str = "") -> Reply:
        return self.call("GET", f"/{element}/{API}{query}")

    def set(self, element: str, mode: str, **more: object) -> Reply:
        return self.call("PUT", f"/control/{element}", {"mode": mode, **more})

    def counts(self, element: str) -> dict[str, int]:
        return dict(self.call("GET", f"/control/{element}").body["counts"])


class Simulator(Client):
    """The process, and a client of it; started again, it takes the same port and state."""

    def __init__(self, state: Path, *options: str, **popen: Any) -> None:
        self.state = state
        self.port = 0
        self._options = options
        self._popen = popen
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "provisioning.simulator", "--port", str(self.port)]
        self.process = subprocess.Popen(
            [*command, "--state", str(self.state), *self._options],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            **self._popen,
        )
        assert self.process.stdout
        ready = self.process.stdout.readline()
        assert ready.startswith("network simulator ready on http://127.0.0.1:"), ready
        self.port = int(ready.rsplit(":", 1)[1])
        super().__init__(self.port)

    def stop(self, signum: int = signal.SIGTERM) -> int:
        self.close()
        self.process.send_signal(signum)
        code = self.process.wait(timeout=10)
        assert self.process.stdout
        self.process.stdout.close()
        return code

    def kill(self) -> None:
        assert self.stop(signal.SIGKILL) == -signal.SIGKILL


def work_order(
    reference: str,
    name: str = "S1",
    *,
    version: int | None = 1,
    state: str = "active",
    services: tuple[str, ...] = ("VOICE", "DATA"),
    **resources: str,
) -> dict[str, Any]:
    """A work order; `resources` are kind=name, by default an msisdn made from the subscriber."""
    characteristics: list[dict[str, Any]] = [{"name": "bar", "value": "none"}]
    if version is not None:
        characteristics.append({"name": "version", "value": version})
    characteristics.append({"name": "services", "value": list(services)})
    return {
        "@type": "Service",
        "name": name,
        "state": state,
        "serviceCharacteristic": characteristics,
        "supportingResource": [
            {"@referredType": kind, "name": each}
            for kind, each in (resources or {"msisdn": f"138-{name}"}).items()
        ],
        "externalReference": [{"externalReferenceType": "workOrder", "id": reference}],
    }
