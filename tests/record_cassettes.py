"""Records cassettes/ and the demo anew: `python -m tests.record_cassettes`.

The stand-in serves the example estates on a fixed port with a fixed clock, and aks-audit records them as it would
record Azure: through the azure-mgmt clients, over HTTPS. Same estates, same bytes.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aks_audit.collectors.input import Input
from aks_audit.collectors.load import load_network

from .arm import StandIn
from .estate import Estate
from .example_estates import crowded_node_subnet, egress_with_faults, healthy_mixed, kubenet_with_faults

ROOT = Path(__file__).parent.parent
PORT = 8443
DATE = "Fri, 20 Nov 2026 06:00:00 GMT"
COMMENT = "That is the ARM stand-in in tests/arm, not a live subscription."

CASSETTES = {
    "cassettes/kubenet-faults.yaml": (kubenet_with_faults,),
    "cassettes/crowded-node-subnet.yaml": (crowded_node_subnet,),
    "cassettes/egress-faults.yaml": (egress_with_faults,),
    "cassettes/healthy-mixed.yaml": (healthy_mixed,),
    "aks_audit/demo/demo.yaml": (kubenet_with_faults, crowded_node_subnet, egress_with_faults),
}


def record(path: Path, estates: list[Estate], port: int = PORT) -> None:
    """Record one cassette from the stand-in."""
    resources = [resource for estate in estates for resource in estate.resources]
    with StandIn(resources, port=port, date=DATE) as arm, environment(arm.environment):
        load_network(Input(all_subscriptions=True, record=str(path), comment=COMMENT))
    path.chmod(0o644)


@contextmanager
def environment(values: dict[str, str]) -> Iterator[None]:
    """Environment variables for as long as the context lasts."""
    before = dict(os.environ)
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def main() -> None:
    for name, makers in CASSETTES.items():
        target = ROOT / name
        target.parent.mkdir(exist_ok=True)
        record(target, [make() for make in makers])
        sys.stdout.write(f"{name}: {target.stat().st_size:,} bytes\n")


if __name__ == "__main__":
    main()
