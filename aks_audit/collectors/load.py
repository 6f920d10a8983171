"""Whatever the input is: from the command line's words to records, or to a Network.

The command line imports this before it knows what is asked, so what does the work is imported where it is done.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from ..errors import InventoryError
from .input import Input

if TYPE_CHECKING:
    from pathlib import Path

    from ..inventory.records import Gap, Resource, Source
    from ..inventory.stream import Journal, Sink
    from ..model import Network
    from ..settings import Settings
    from .gather import Progress


def load_network(
    wanted: Input, as_of: date | None = None, progress: Progress | None = None, settings: Settings | None = None
) -> Network:
    """The network of an input, with the selected clusters to judge.

    Raises:
        AksAuditError: the input cannot be had; see `load`.
    """
    from ..model import NetworkBuilder
    from .selection import Selection

    builder = NetworkBuilder()
    source = load(wanted, builder, progress)
    network = builder.build(source, as_of, settings)
    if source.kind == "inventory":
        _insist_on_clusters(network, wanted.inventory)
    return Selection(names=wanted.clusters, resource_groups=wanted.resource_groups).of(network)


def load(wanted: Input, sink: Sink, progress: Progress | None = None, journal: Journal | None = None) -> Source:
    """Hand every record of an input to a sink.

    Args:
        journal: of a live run; see `collect`.

    Raises:
        UsageError: options that do not go together, a cluster or subscription that is not there.
        InventoryError, CassetteError: the file cannot be read.
        AccessError: Azure cannot be asked.
    """
    from ..inventory.records import Source

    wanted.check()
    if wanted.inventory:
        from ..inventory.read import read_inventory

        return Source("inventory", read_inventory(wanted.inventory, sink))
    if wanted.demo:
        with demo_cassette() as path:
            source = _replay(wanted, str(path), sink, progress)
            return Source("demo", source.header)
    if wanted.replay:
        return _replay(wanted, wanted.replay, sink, progress)
    return _live(wanted, sink, progress, journal)


def demo_cassette() -> AbstractContextManager[Path]:
    """The cassette that ships inside the package, as a file for as long as the context lasts."""
    from importlib.resources import as_file, files

    return as_file(files("aks_audit") / "demo" / "demo.yaml")


def _replay(wanted: Input, path: str, sink: Sink, progress: Progress | None) -> Source:
    from ..inventory.records import Source
    from .cassettes.cassette import Cassette
    from .cassettes.replay import replay
    from .selection import Selection

    selection = Selection(names=wanted.clusters, resource_groups=wanted.resource_groups)
    header, notes = replay(
        Cassette.load(path), sink, subscriptions=wanted.subscriptions, selection=selection, progress=progress
    )
    return Source("cassette", header, notes)


def _live(wanted: Input, sink: Sink, progress: Progress | None, journal: Journal | None) -> Source:
    from .live import live
    from .log_file import LOG_NOTE

    if not wanted.record:
        return live(wanted, sink, progress, journal)[0]
    ran, has_stand_ins = live(wanted, _Nowhere(), progress)
    # what is reported is what the cassette holds, so that its replay gives the same report to the byte
    source = _replay(replace(wanted, subscriptions=()), wanted.record, sink, None)
    source.notes += [note for note in ran.notes if note.startswith(LOG_NOTE)]  # the rest the replay says itself
    if has_stand_ins:
        source.notes.append("ids of subscriptions, tenants and principals are stand-ins, here as in the cassette")
        source.notes.append("--no-scrub keeps the real ones in both")
    return source


class _Nowhere:
    """A sink that keeps nothing."""

    def add(self, record: Resource | Gap) -> None: ...


def _insist_on_clusters(network: Network, path: str) -> None:
    """An input that neither holds clusters nor says that there are none must not read as fine."""
    from ..inventory import types

    header = network.source.header
    says_so = header and any(c.resource_type.lower() == types.MANAGED_CLUSTERS.lower() for c in header.complete)
    refused = any(gap.resource_type.lower() == types.MANAGED_CLUSTERS.lower() for gap in network.gaps)
    if not network.all_clusters and not says_so and not refused:
        raise InventoryError(
            f"{path} holds no managed cluster and does not say that there are none",
            f"add the {types.MANAGED_CLUSTERS} resources",
        )
