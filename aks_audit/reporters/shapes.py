"""The JSON report, schemaVersion 1. A promise to other tools: fields are added, never changed or taken away.

`null` means not known, or does not apply.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from ..analysis.network_model import NetworkModel
from ..findings import Severity
from ..inventory.records import Gap
from ..report import NoticeKind

SCHEMA_VERSION: Literal[1] = 1

Count = Annotated[int, Meta(ge=0)]


class Shape(msgspec.Struct, rename="camel", kw_only=True, forbid_unknown_fields=True):
    """Base of everything in the report."""


class Tool(Shape):
    """What made the report."""

    name: str
    version: str


class Shard(Shape):
    """One of several reports that belong together."""

    index: Annotated[int, Meta(ge=1, description="Counted from 1.")]
    count: Annotated[int, Meta(ge=1, description="How many there are.")]


class Source(Shape):
    """Where the facts come from."""

    kind: Annotated[str, Meta(description="live, cassette, inventory or demo.")]
    collected_at: Annotated[str | None, Meta(description="When the facts were collected, UTC, ISO 8601.")]
    subscriptions: Annotated[tuple[str, ...] | None, Meta(description="The subscriptions that were asked for.")]
    shard: Annotated[Shard | None, Meta(description="The part of the clusters that was judged; null for all.")] = None


class Egress(Shape):
    """By what traffic to the Internet really leaves, whatever the outbound type says."""

    kind: Annotated[
        str | None,
        Meta(
            description="loadBalancer, natGateway, appliance, virtualNetworkGateway, nodePublicIp, "
            "defaultOutboundAccess or none; null where something deciding was not read."
        ),
    ]
    via: Annotated[str | None, Meta(description="The resource it leaves by, where it has an id.")]
    addresses: Annotated[
        tuple[str, ...] | None,
        Meta(description="The public addresses and prefixes that others see; null where not all of them are known."),
    ]
    matches_outbound_type: Annotated[
        bool | None, Meta(description="Whether the outbound type says the same; null where that is not known.")
    ]
    because: Annotated[str, Meta(description="What decides, in words.")]


class NodePool(Shape):
    """A node pool."""

    name: str
    network_model: NetworkModel
    os_type: str
    mode: Annotated[str, Meta(description="System, User or Gateway, as Azure says it.")]
    count: Annotated[int | None, Meta(description="Nodes wanted now.")]
    min_count: Annotated[int | None, Meta(description="The autoscaler's minimum; null without an autoscaler.")]
    max_count: Annotated[int | None, Meta(description="The autoscaler's maximum; null without an autoscaler.")]
    max_pods: Annotated[int | None, Meta(description="Pods that a node may run.")]
    max_surge: Annotated[str | None, Meta(description="As set, 1 or 33%; null: Azure's default for the version.")]
    surge_nodes: Annotated[int | None, Meta(description="Nodes that an upgrade adds to the present ones.")]
    node_subnet_id: str | None
    pod_subnet_id: str | None
    egress: Annotated[Egress, Meta(description="The way out of the nodes.")]
    pod_egress: Annotated[Egress | None, Meta(description="Of pods with a subnet of their own; null without one.")]


class Route(Shape):
    """The user-defined route that carries a node's pods (kubenet)."""

    route_table_id: str | None
    name: str
    address_prefix: str | None
    next_hop_type: Annotated[str | None, Meta(description="As Azure says it.")]
    next_hop_ip_address: str | None


class Node(Shape):
    """A node, as its network interface shows it."""

    name: str
    node_pool: Annotated[str | None, Meta(description="The pool's name.")]
    address: Annotated[str | None, Meta(description="The node's own address.")]
    nic_id: str
    ip_forwarding: bool | None
    pod_cidr: Annotated[str | None, Meta(description="Kubenet: the node's own range of pods, as its route tells it.")]
    pod_addresses: Annotated[
        tuple[str, ...] | None,
        Meta(
            description="Addresses of the virtual network that the node holds for pods, in order; blocks as "
            "10.0.0.16/28. Null where Azure Resource Manager cannot show them (dynamic pod subnets)."
        ),
    ]
    route: Annotated[
        Route | None,
        Meta(description="Kubenet: the route to the node's pods, or one with the node's name that leads elsewhere."),
    ]


class Cluster(Shape):
    """A cluster's network, reconstructed."""

    id: str
    name: str
    location: str | None
    kubernetes_version: str | None
    network_model: NetworkModel
    dataplane: Annotated[Literal["azure", "cilium"] | None, Meta(description="Null without Azure CNI.")]
    network_policy: Annotated[str | None, Meta(description="As Azure says it.")]
    outbound_type: Annotated[str | None, Meta(description="As Azure says it.")]
    pod_cidrs: tuple[str, ...]
    service_cidrs: tuple[str, ...]
    dns_service_ip: str | None = msgspec.field(name="dnsServiceIP")
    node_pools: Annotated[tuple[NodePool, ...], Meta(description="Sorted by name.")]
    nodes: Annotated[tuple[Node, ...], Meta(description="Those that could be read, sorted by pool and name.")]


class Consumer(Shape):
    """Something that holds addresses in a subnet."""

    kind: Annotated[str, Meta(description="nodePool, privateEndpoint, loadBalancer, networkInterface ...")]
    cluster_id: str | None
    node_pool: str | None
    resource_id: str
    addresses: Annotated[Count | None, Meta(description="Null where it holds some and Azure does not show how many.")]


class Needed(Shape):
    """Addresses needed in the subnet, strangers included."""

    now: Annotated[int | None, Meta(description="Current nodes.")]
    upgrade: Annotated[int | None, Meta(description="Current nodes, and every pool's surge at once.")]
    upgrade_one_pool: Annotated[int | None, Meta(description="Current nodes, and the largest pool's surge.")]
    autoscale_max: Annotated[int | None, Meta(description="Every pool at maxCount, no surge.")]
    worst: Annotated[int | None, Meta(description="maxCount, and the surge of pools of that size.")]


class Fits(Shape):
    """Whether the subnet holds what is needed."""

    now: bool | None
    upgrade: bool | None
    upgrade_one_pool: bool | None
    autoscale_max: bool | None
    worst: bool | None


class Subnet(Shape):
    """A subnet with nodes or pods in it."""

    id: str
    prefixes: tuple[str, ...]
    usable: Annotated[Count | None, Meta(description="Addresses less the five of each prefix that Azure keeps.")]
    used: Annotated[Count | None, Meta(description="What Azure shows in use; may differ from needed.now.")]
    free: int | None
    used_source: Annotated[
        Literal["usages", "ipConfigurations"] | None, Meta(description="Azure's own count, or ours of what it lists.")
    ]
    consumers: tuple[Consumer, ...]
    needed: Needed
    fits: Fits


class Evidence(Shape):
    """One value as Azure sent it."""

    resource_id: str
    path: Annotated[str, Meta(description="Where it stands, from the resource's root.")]
    value: str | int | bool | tuple[str, ...] | None


class Suppressed(Shape):
    """Why the finding is known and accepted."""

    reason: str
    owner: str | None
    expires: str | None


class Finding(Shape):
    """Trouble on one resource."""

    rule: str
    severity: Severity
    latent: Annotated[bool, Meta(description="Works now; the next write will be refused.")]
    title: str
    message: str
    resource_id: str
    cluster_id: Annotated[str | None, Meta(description="The cluster that suffers; null for several or none.")]
    affected: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    arithmetic: Annotated[str | None, Meta(description="The sum, as Azure's resource provider would state it.")]
    remediation: Annotated[str, Meta(description="Markdown.")]
    help_uri: str
    fingerprint: Annotated[str, Meta(description="The same from run to run for the same trouble.")]
    suppressed: Suppressed | None
    baselined: Annotated[bool, Meta(description="The baseline has it; it does not fail the run.")] = False


class Gone(Shape):
    """A finding of the baseline that is no more."""

    rule: str
    severity: Severity
    message: str
    resource_id: str
    fingerprint: str


class Notice(Shape):
    """Something about suppressions, the baseline or the parts of a report that wants attention."""

    kind: NoticeKind
    message: str


class Unknown(Shape):
    """A rule that could not tell about a resource."""

    rule: str
    resource_id: str
    gap: Gap


class Right(Shape):
    """A right that the credential lacked: Azure answered 403."""

    action: str
    scope: Annotated[str, Meta(description="The smallest place that holds all that was refused.")]
    gaps: Count
    rules: Annotated[tuple[str, ...], Meta(description="Those that could not tell for lack of it.")]


class Summary(Shape):
    """How many findings of each severity, without the suppressed ones."""

    critical: Count
    high: Count
    medium: Count
    low: Count
    info: Count
    unknown: Count
    suppressed: Count
    baselined: Annotated[Count, Meta(description="Counted above as well.")] = 0
    gone: Annotated[Count, Meta(description="Findings of the baseline that are no more.")] = 0


class Seconds(Shape):
    """Of each phase until the report was written."""

    sign_in: float | None
    collect: float | None
    analyse: float | None


class Stats(Shape):
    """What a live run cost."""

    requests: Annotated[Count, Meta(description="To Azure Resource Manager, those tried again included.")]
    retries: Count
    bytes: Annotated[Count, Meta(description="Of the answers' bodies, unpacked.")]
    waited_seconds: Annotated[
        float, Meta(description="Over all requests, before they were sent: quotas, retries, tokens.")
    ]
    seconds: Seconds


class Report(Shape):
    """What aks-audit found. Sorted; the same input gives the same bytes."""

    schema_version: Annotated[Literal[1], Meta(description="Goes up when a field changes its meaning.")]
    tool: Tool
    source: Source
    complete: Annotated[bool, Meta(description="No gaps.")]
    gaps: Annotated[tuple[Gap, ...], Meta(description="What was asked for and not obtained, or did not parse.")]
    clusters: tuple[Cluster, ...]
    subnets: tuple[Subnet, ...]
    findings: Annotated[tuple[Finding, ...], Meta(description="The worst first.")]
    unknown: tuple[Unknown, ...]
    summary: Summary
    gone: Annotated[tuple[Gone, ...], Meta(description="What the baseline has, and is no more; the worst first.")] = ()
    notices: tuple[Notice, ...] = ()
    rules: Annotated[tuple[str, ...], Meta(description="The rules that ran, by id.")] = ()
    rights: Annotated[tuple[Right, ...], Meta(description="What the credential may not read, and who suffers.")] = ()
    stats: Annotated[
        Stats | None, Meta(description="Of a live run that was not recorded; else null: same input, same bytes.")
    ] = None


class Topology(Shape):
    """The reconstructed networks alone: the same clusters and subnets as in the report."""

    schema_version: Literal[1]
    clusters: tuple[Cluster, ...]
    subnets: tuple[Subnet, ...]
