"""Run the simulated network: `python -m provisioning.simulator --port 9000 --state var/network`."""

import argparse
import asyncio
import gc
import signal
import sys
from pathlib import Path

from aiohttp import web

from provisioning.simulator.app import make_app
from provisioning.simulator.journal import JournalDamagedError
from provisioning.simulator.network import Network, StateInUseError

SECONDS_FOR_LAST_ANSWERS = 0.3


def main() -> None:
    """Serve until told to stop; a state directory in use or damaged ends it with its reason."""
    parser = argparse.ArgumentParser(prog="python -m provisioning.simulator", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True, help="0 takes a free one and prints it")
    parser.add_argument("--state", type=Path, required=True, help="directory of the journals")
    parser.add_argument("--eoms-seconds", type=float, help="manual work completes after so long")
    asked = parser.parse_args()
    try:
        gc.disable()  # replaying makes many small things and no garbage: a quarter faster so
        network = Network(asked.state, eoms_seconds=asked.eoms_seconds)
        gc.freeze()
        gc.enable()
        asyncio.run(serve(network, asked.host, asked.port))
    except (StateInUseError, JournalDamagedError, OSError) as stopped:
        sys.exit(f"network simulator: {stopped}")


async def serve(network: Network, host: str, port: int) -> None:
    """Answer on one port until SIGINT or SIGTERM."""
    stop = asyncio.Event()
    for signum in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(signum, stop.set)
    runner = web.AppRunner(
        make_app(network), access_log=None, shutdown_timeout=SECONDS_FOR_LAST_ANSWERS
    )
    await runner.setup()
    await web.TCPSite(runner, host, port).start()
    print(f"network simulator ready on http://{host}:{runner.addresses[0][1]}", flush=True)  # noqa: T201
    await stop.wait()
    await runner.cleanup()


if __name__ == "__main__":
    main()
