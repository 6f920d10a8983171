"""Serve an inventory, or a grown estate, by hand: `python -m tests.arm --inventory FILE --port 8443`."""

from __future__ import annotations

import argparse
import time
from typing import Any

from ..estate import grow
from .server import StandIn


def main() -> None:
    """Serve until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m tests.arm", description=__doc__)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--inventory", metavar="FILE", help="an inventory in JSON Lines")
    source.add_argument(
        "--grow", nargs="+", metavar="NAME=N", help="clusters=, pools=, nodes=, subscriptions=, max_pods=, seed="
    )
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--latency", type=float, default=0.0, metavar="SECONDS")
    parser.add_argument("--date", help="a fixed Date header")
    options = parser.parse_args()
    sizes: dict[str, Any] = {"clusters": 10}
    for text in options.grow or ():
        name, _, number = text.partition("=")
        sizes[name] = int(number)
    resources = options.inventory or grow(**sizes)
    with StandIn(resources, port=options.port, latency_seconds=options.latency, date=options.date) as arm:
        for name, value in arm.environment.items():
            print(f"export {name}={value}", flush=True)  # noqa: T201
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
