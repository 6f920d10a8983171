"""`aks-audit plan`: would an operation fit."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..collectors.input import Input
from ..collectors.load import load, load_network
from ..errors import UsageError
from .completion import MODELS, PLAN_FORMATS
from .configured import Config, configured
from .options import Quiet, Verbose, takes_input
from .output import chosen, progress, say, say_cost, targets_of, terminal_width, write_outputs
from .panels import Group

if TYPE_CHECKING:
    from ..settings import Settings

DOES_NOT_FIT = 1
CANNOT_TELL = 3
_KEYS = ("name", "count", "min-count", "max-count", "max-pods", "max-surge", "subnet", "pod-subnet", "os", "mode")
_NUMBERS = ("count", "min-count", "max-count", "max-pods")
_DIGITS = 6
_SUFFIXES = {".txt": "terminal", ".json": "json"}
_CODES = """\
Exit codes: 0 fits; 1 does not fit; 2 could not be done; 3 cannot tell.
"""
_HELP = f"""\
What if: scale, upgrade, add a pool, change settings, create, migrate. Reads only; --cluster names the one cluster.

'aks-audit plan --cluster C --upgrade', 'plan --cluster C --pool P --count 5',
'plan --cluster C --add-pool name=np2,count=3', 'plan create --file design.json',
'plan migrate --to overlay --cluster C', 'plan size --model cni-overlay --nodes 50 --max-pods 110'.

{_CODES}"""

Format = Annotated[
    str,
    typer.Option(
        "--format", "-f", metavar="FORMAT", help="terminal or json; terminal if not given.", autocompletion=PLAN_FORMATS
    ),
]
Output = Annotated[
    list[str] | None,
    typer.Option("--output", "-o", metavar="FILE", help="Write to a file, format by suffix (.txt, .json); repeatable."),
]
Number = int | None


def _count(flag: str, text: str) -> Any:
    return typer.Option(flag, metavar="N", help=text)


@takes_input
def plan(
    wanted: Input,
    context: typer.Context,
    pool: Annotated[str, typer.Option("--pool", metavar="NAME", help="The pool to change, or to upgrade.")] = "",
    count: Annotated[Number, _count("--count", "Nodes of the pool; the present ones where it autoscales.")] = None,
    min_count: Annotated[Number, _count("--min-count", "The autoscaler's minimum.")] = None,
    max_count: Annotated[Number, _count("--max-count", "The autoscaler's maximum.")] = None,
    max_pods: Annotated[Number, _count("--max-pods", "Pods a node; the pool is then made anew.")] = None,
    max_surge: Annotated[str | None, typer.Option("--max-surge", metavar="N|N%", help="Nodes an upgrade adds.")] = None,
    upgrade: Annotated[bool, typer.Option("--upgrade", help="Upgrade all pools together, or --pool alone.")] = False,
    add_pool: Annotated[
        list[str] | None,
        typer.Option("--add-pool", metavar="KEY=VALUE,...", help=f"A new pool, of {', '.join(_KEYS)}; repeatable."),
    ] = None,
    ports: Annotated[Number, _count("--allocated-outbound-ports", "Load balancer ports of each node.")] = None,
    addresses: Annotated[Number, _count("--managed-outbound-ips", "Outbound addresses that AKS makes.")] = None,
    config: Config = None,
    output_format: Format = "",
    output: Output = None,
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> int:
    """Whether an operation on a cluster fits."""
    if context.invoked_subcommand:
        if wanted != Input() or config is not None:
            raise UsageError(
                "the input or the configuration stands before the subcommand",
                f"write it after {context.invoked_subcommand}",
            )
        return 0
    settings = {"count": count, "min_count": min_count, "max_count": max_count, "max_pods": max_pods}
    outbound = {"allocated_outbound_ports": ports, "managed_outbound_ips": addresses}
    given: dict[str, Any] = {**settings, "max_surge": max_surge}
    _one_form(pool, given, upgrade, add_pool or [], outbound)
    targets = _targets(output_format, output)
    network, name = _one_cluster(wanted, configured(config, quiet=quiet).settings, quiet, verbose)
    from .. import plan as plans

    if upgrade:
        answer = plans.plan_upgrade(network, name, pool or None)
    elif pool:
        answer = plans.plan_pool(network, name, pool, **given)
    elif add_pool:
        answer = plans.plan_add_pools(network, name, [new_pool(text) for text in add_pool])
    else:
        answer = plans.plan_outbound(network, name, **outbound)
    return _give(answer, targets, quiet)


@takes_input
def create(
    wanted: Input,
    file: Annotated[
        str, typer.Option("--file", metavar="FILE", help="The clusters to make, and what comes with them.")
    ],
    config: Config = None,
    output_format: Format = "",
    output: Output = None,
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> int:
    """Whether Azure would make what a file describes. An input, if one is given, says what is there already."""
    from ..plan import plan_create

    targets, settings = _targets(output_format, output), configured(config, quiet=quiet).settings
    with progress(quiet, verbose=verbose) as bar:
        network, designed, subnets = _with_design(wanted, file, settings, bar)
    return _give(plan_create(network, wanted.clusters or designed, subnets), targets, quiet)


@takes_input
def migrate(
    wanted: Input,
    to: Annotated[str, typer.Option("--to", metavar="MODEL", help="overlay.")],
    pod_cidr: Annotated[
        str | None, typer.Option("--pod-cidr", metavar="RANGE", help="Pods' range; else kubenet's own, or a clear one.")
    ] = None,
    config: Config = None,
    output_format: Format = "",
    output: Output = None,
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> int:
    """Whether a cluster can be moved to Azure CNI overlay, what stands in the way, and the steps in order."""
    from ..plan import plan_migrate

    targets = _targets(output_format, output)
    network, name = _one_cluster(wanted, configured(config, quiet=quiet).settings, quiet, verbose)
    return _give(plan_migrate(network, name, to, pod_cidr), targets, quiet)


def size(
    model: Annotated[
        str,
        typer.Option("--model", metavar="MODEL", help="A network model, such as cni-overlay.", autocompletion=MODELS),
    ],
    nodes: Annotated[int, typer.Option("--nodes", metavar="N", help="Nodes of one cluster.")],
    max_pods: Annotated[int, typer.Option("--max-pods", metavar="N", help="Pods a node may run.")],
    max_surge: Annotated[
        str | None, typer.Option("--max-surge", metavar="N|N%", help="Nodes an upgrade adds; 10% if not given.")
    ] = None,
    max_count: Annotated[Number, _count("--max-count", "The autoscaler's maximum.")] = None,
    clusters: Annotated[int, typer.Option("--clusters", metavar="K", help="So many clusters share the subnets.")] = 1,
    config: Config = None,
    output_format: Format = "",
    output: Output = None,
    quiet: Quiet = False,
) -> int:
    """The smallest subnets and CIDRs for a cluster that does not exist yet. Needs no input at all."""
    from ..plan import plan_size

    targets = _targets(output_format, output)
    found = plan_size(
        model=model,
        nodes=nodes,
        max_pods=max_pods,
        max_surge=max_surge,
        max_count=max_count,
        clusters=clusters,
        route_limit=configured(config, quiet=quiet).settings.thresholds.route_limit,
    )
    write_outputs(found, targets, _renderers(), quiet=quiet)
    return 1 if found.exceeds else 0


def application() -> typer.Typer:
    """The command with its subcommands."""
    app = typer.Typer(cls=Group, help=_HELP, invoke_without_command=True, rich_markup_mode="rich")
    app.callback(help=_HELP)(plan)
    for command in (create, migrate, size):
        app.command(epilog=_CODES)(command)
    return app


def new_pool(text: str) -> Any:
    """A pool from `name=np2,count=3,max-pods=50`.

    Raises:
        UsageError: a key that does not exist, or is missing, or a value that is no number.
    """
    from ..plan import NewPool

    values: dict[str, str] = {}
    for part in text.split(","):
        key, equals, value = (word.strip() for word in part.partition("="))
        if not equals or not value:
            raise UsageError(f"--add-pool {part.strip()!r} has no value", "write it as name=np2,count=3")
        if chosen("add-pool key", key.replace("_", "-"), list(_KEYS)) in values:
            raise UsageError(f"--add-pool names {key} twice", "name each key once")
        values[key.replace("_", "-")] = value
    for key in ("name", "count"):
        if key not in values:
            raise UsageError(f"--add-pool {text!r} has no {key}", "write it as name=np2,count=3")
    given: dict[str, Any] = {
        key.replace("-", "_"): _number(key, text) if key in _NUMBERS else text for key, text in values.items()
    }
    for key, known in (("os", ("Linux", "Windows")), ("mode", ("System", "User"))):
        if key in given:
            given[key] = chosen(f"add-pool {key}", str(given[key]).capitalize(), list(known))
    return NewPool(**given)


def _number(key: str, text: str) -> int:
    if not text.isdecimal():
        raise UsageError(f"--add-pool {key}={text} is no number", f"write it as {key}=3")
    if len(text.lstrip("0")) > _DIGITS:
        raise UsageError(f"--add-pool {key} is above 100000", "see if it was mistyped")
    return int(text)


def _one_form(
    pool: str, settings: dict[str, Any], upgrade: bool, add_pool: list[str], outbound: dict[str, Any]
) -> None:
    """
    Raises:
        UsageError: options of two forms, or of none.
    """
    of_pool = [f"--{key.replace('_', '-')}" for key, value in settings.items() if value is not None]
    of_outbound = [f"--{key.replace('_', '-')}" for key, value in outbound.items() if value is not None]
    of_upgrade, of_add = ["--upgrade"] if upgrade else [], ["--add-pool"] if add_pool else []
    forms = [form for form in (of_pool, of_upgrade, of_add, of_outbound) if form]
    if len(forms) > 1:
        raise UsageError(f"{forms[0][0]} and {forms[1][0]} do not go together", "plan one operation at a time")
    if of_pool and not pool:
        raise UsageError(f"{of_pool[0]} is for a pool", "add --pool NAME")
    if pool and (of_add or of_outbound):
        raise UsageError(f"--pool and {(of_add + of_outbound)[0]} do not go together", "leave --pool out")
    if pool and not of_pool and not upgrade:
        raise UsageError(f"nothing is to change on pool {pool}", "add --count, --max-count, --max-pods or --max-surge")


def _one_cluster(wanted: Input, settings: Settings, quiet: bool, verbose: bool) -> tuple[Any, str]:
    """The network, and the id of the one cluster that is meant."""
    if len(wanted.clusters) > 1:
        raise UsageError("a plan is for one cluster", "name --cluster once")
    with progress(quiet, verbose=verbose) as bar:
        network = load_network(wanted, None, bar, settings)
    if not quiet:
        for note in network.source.notes:
            say(note)
        say_cost(network.source.stats)
    if len(network.clusters) == 1:
        return network, network.clusters[0].id.text
    if not network.clusters:
        raise UsageError("no cluster was read", "name one with --cluster, in a scope that can be read")
    if wanted.clusters:
        groups = ", ".join(cluster.id.resource_group for cluster in network.clusters)
        raise UsageError(f"there are several clusters {wanted.clusters[0]!r}", f"add -g with one of {groups}")
    names = ", ".join(cluster.name for cluster in network.clusters[:10])
    raise UsageError("a plan is for one cluster", f"name it with --cluster, one of {names}")


class _Tee:
    """A sink that hands everything on and keeps the ids of clusters."""

    def __init__(self, sink: Any, known: Iterable[str] = ()) -> None:
        self._sink = sink
        self._known = set(known)
        self.clusters: list[str] = []
        self.subnets: set[str] = set()
        self.networks: set[str] = set()

    def add(self, record: Any) -> None:
        from ..inventory.records import Resource
        from ..inventory.types import MANAGED_CLUSTERS, SUBNETS, VIRTUAL_NETWORKS

        if isinstance(record, Resource) and record.type == MANAGED_CLUSTERS:
            if record.id.key in self._known:
                raise UsageError(
                    f"cluster {record.id.name} exists already",
                    "plan its change with --cluster, or give it another name",
                )
            self.clusters.append(record.id.key)
        if isinstance(record, Resource) and record.type == SUBNETS:
            self.subnets.add(record.id.key)
        if isinstance(record, Resource) and record.type == VIRTUAL_NETWORKS:
            self.networks.add(record.id.key)
        self._sink.add(record)

    def has(self, subnet: Any) -> bool:
        """Whether this subnet came by here, by itself or with its network."""
        return subnet.id.key in self.subnets or subnet.virtual_network_id.key in self.networks


def _with_design(wanted: Input, file: str, settings: Settings, bar: Any) -> tuple[Any, tuple[str, ...], list[Any]]:
    """The network of a design and of an input, what is there already winning over the design; and what is new of it,
    clusters and subnets."""
    from ..inventory.read import read_inventory
    from ..inventory.records import Header, Source
    from ..model import NetworkBuilder

    builder = NetworkBuilder()
    design = _Tee(builder)
    read_inventory(file, design)
    there = _Tee(builder, design.clusters)
    source = Source("inventory", Header())
    has_input = (wanted.replay, wanted.inventory, wanted.demo, wanted.subscriptions, wanted.management_group)
    if any(has_input) or wanted.all_subscriptions or wanted.resource_groups:
        source = load(replace(wanted, clusters=()), there, bar)
    network = builder.build(source, None, settings)
    subnets = [subnet.id for subnet in network.subnets.values() if design.has(subnet) and not there.has(subnet)]
    return network, tuple(design.clusters), subnets


def _targets(output_format: str, output: list[str] | None) -> list[tuple[str, str]]:
    if output_format:
        chosen("format", output_format, ["terminal", "json"])
    return targets_of(output or [], output_format, "terminal", _SUFFIXES)


def _give(answer: Any, targets: list[tuple[str, str]], quiet: bool) -> int:
    from ..plan import Verdict

    write_outputs(answer, targets, _renderers(), quiet=quiet)
    return {Verdict.FITS: 0, Verdict.DOES_NOT_FIT: DOES_NOT_FIT, Verdict.CANNOT_TELL: CANNOT_TELL}[answer.verdict]


def _renderers() -> dict[str, Callable[[Any], str]]:
    from ..plan import render_json, render_text
    from ..plan.render import WIDTH

    return {"terminal": partial(render_text, width=terminal_width(WIDTH)), "json": render_json}
