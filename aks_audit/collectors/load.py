"""Whatever the input is: from the command line's words to records, or to a Network."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from importlib.resources import as_file, files
from typing import TYPE_CHECKING

from ..errors import InventoryError, UsageError
from ..inventory import types
from ..inventory.read import read_inventory
from ..inventory.records import Source
from ..inventory.stream import Sink
from ..model import Network, NetworkBuilder
from .clouds import PUBLIC, cloud_named

if TYPE_CHECKING:  # the collectors import Azure's packages, which reading a file must not wait for
    from pathlib import Path

    from .gather import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """Where the input comes from: at most one of replay, inventory and demo; none of them means live."""

    replay: str = ""
    inventory: str = ""
    demo: bool = False
    subscriptions: tuple[str, ...] = ()
    """Live: ids or names. Replay: which of the cassette's."""
    management_group: str = ""
    all_subscriptions: bool = False
    resource_groups: tuple[str, ...] = ()
    clusters: tuple[str, ...] = ()
    cloud: str = PUBLIC
    record: str = ""
    """Write a cassette here while it runs."""
    scrub: bool = True
    """Replace ids of subscriptions, tenants and principals in what `record` writes."""
    comment: str = field(default="")
    """Added to the first line of the cassette."""

    def check(self) -> None:
        """
        Raises:
            UsageError: options that do not go together.
        """
        given = [
            name
            for name, value in (("--replay", self.replay), ("--inventory", self.inventory), ("--demo", self.demo))
            if value
        ]
        if len(given) > 1:
            raise UsageError(f"{given[0]} and {given[1]} do not go together", "name one input")
        wide = [
            name
            for name, value in (
                ("--management-group", self.management_group),
                ("--all-subscriptions", self.all_subscriptions),
                ("--subscription", self.subscriptions),
            )
            if value
        ]
        if len(wide) > 1:
            raise UsageError(f"{wide[0]} and {wide[1]} do not go together", "name one scope")
        cloud_named(self.cloud)
        if not self.scrub and not self.record:
            raise UsageError("--no-scrub is for --record", "add --record FILE, or leave it out")
        if given:
            live_only = [*wide[:1]] if wide[:1] != ["--subscription"] or given != ["--replay"] else []
            live_only += ["--record"] if self.record else []
            live_only += ["--cloud"] if self.cloud != PUBLIC else []
            if live_only:
                raise UsageError(f"{live_only[0]} is for live runs and does not go with {given[0]}", "leave one out")


def load_network(wanted: Input, as_of: date | None = None, progress: Progress | None = None) -> Network:
    """The network of an input, with the selected clusters to judge.

    Raises:
        AksAuditError: the input cannot be had; see `load`.
    """
    builder = NetworkBuilder()
    source = load(wanted, builder, progress)
    network = builder.build(source, as_of)
    if source.kind == "inventory":
        _insist_on_clusters(network, wanted.inventory)
    from .selection import Selection

    return Selection(names=wanted.clusters, resource_groups=wanted.resource_groups).of(network)


def load(wanted: Input, sink: Sink, progress: Progress | None = None) -> Source:
    """Hand every record of an input to a sink.

    Raises:
        UsageError: options that do not go together, a cluster or subscription that is not there.
        InventoryError, CassetteError: the file cannot be read.
        AccessError: Azure cannot be asked.
    """
    wanted.check()
    if wanted.inventory:
        return Source("inventory", read_inventory(wanted.inventory, sink))
    if wanted.demo:
        with demo_cassette() as path:
            source = _replay(wanted, str(path), sink, progress)
            return Source("demo", source.header)
    if wanted.replay:
        return _replay(wanted, wanted.replay, sink, progress)
    return _live(wanted, sink, progress)


def demo_cassette() -> AbstractContextManager[Path]:
    """The cassette that ships inside the package, as a file for as long as the context lasts."""
    return as_file(files("aks_audit") / "demo" / "demo.yaml")


def _replay(wanted: Input, path: str, sink: Sink, progress: Progress | None) -> Source:
    from .cassette import Cassette
    from .replay import replay
    from .selection import Selection

    selection = Selection(names=wanted.clusters, resource_groups=wanted.resource_groups)
    header, notes = replay(
        Cassette.load(path), sink, subscriptions=wanted.subscriptions, selection=selection, progress=progress
    )
    return Source("cassette", header, notes)


def _live(wanted: Input, sink: Sink, progress: Progress | None) -> Source:
    from .live import live

    header = live(wanted, sink, progress)
    return Source("cassette" if wanted.record else "live", header)


def _insist_on_clusters(network: Network, path: str) -> None:
    """An input that neither holds clusters nor says that there are none must not read as fine."""
    header = network.source.header
    says_so = header and any(c.resource_type.lower() == types.MANAGED_CLUSTERS.lower() for c in header.complete)
    refused = any(gap.resource_type.lower() == types.MANAGED_CLUSTERS.lower() for gap in network.gaps)
    if not network.all_clusters and not says_so and not refused:
        raise InventoryError(
            f"{path} holds no managed cluster and does not say that there are none",
            f"add the {types.MANAGED_CLUSTERS} resources",
        )
