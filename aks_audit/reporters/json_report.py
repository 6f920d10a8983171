"""The JSON report; `shapes` says what is in it."""

from __future__ import annotations

import json
import re
from socket import AF_INET, AF_INET6, inet_pton
from typing import Any, Literal

import msgspec

from .. import __version__
from ..analysis.egress_path import EgressKind, EgressPath
from ..analysis.network_model import NetworkModel
from ..analysis.public_addresses import one_or_prefix
from ..capacity.horizons import HORIZONS
from ..capacity.subnets import SubnetCapacity
from ..findings import Severity
from ..inventory.run_stats import RunStats
from ..model import IpConfiguration, ManagedCluster, NodePool
from ..report import Report, ReportedCluster, ReportedFinding, ReportedNode, ReportedPool
from . import shapes
from .missing_rights import missing_rights

_INVISIBLE = re.compile(
    "[\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
"""What a terminal or an editor would obey rather than show."""
_COMMAND = re.compile(r"#(?=#(?:vso)?\[)", re.IGNORECASE)
"""What Azure Pipelines would obey, wherever it stands in a line that is printed."""


def render(report: Report) -> str:
    """The report as JSON: indented, the same bytes for the same report."""
    return dump(
        shapes.Report(
            schema_version=shapes.SCHEMA_VERSION,
            tool=shapes.Tool(name="aks-audit", version=__version__),
            source=_source(report),
            complete=report.complete,
            gaps=report.gaps,
            clusters=clusters(report),
            subnets=subnets(report),
            findings=tuple(_finding(item) for item in report.findings),
            unknown=tuple(
                shapes.Unknown(rule=item.rule.id, resource_id=item.resource_id.text, gap=item.gap)
                for item in report.unknown
            ),
            summary=_summary(report),
            gone=tuple(
                shapes.Gone(
                    rule=item.rule,
                    severity=item.severity,
                    message=item.message,
                    resource_id=item.resource_id.text,
                    fingerprint=item.fingerprint,
                )
                for item in report.gone
            ),
            notices=tuple(shapes.Notice(kind=notice.kind, message=notice.message) for notice in report.notices),
            rules=tuple(sorted(report.rules)),
            rights=tuple(
                shapes.Right(action=right.action, scope=right.scope, gaps=right.gaps, rules=right.rules)
                for right in missing_rights(report)
            ),
            stats=_stats(report.source.stats) if report.source.stats else None,
        )
    )


def schema() -> str:
    """The JSON Schema of what `render` gives."""
    return schema_of(shapes.Report, f"aks-audit report, schemaVersion {shapes.SCHEMA_VERSION}")


def schema_of(shape: type[msgspec.Struct], title: str) -> str:
    """The JSON Schema of a shape: nothing more than it promises, and nothing less."""
    inner: dict[str, Any] = msgspec.json.schema(shape)
    definitions = inner.pop("$defs")
    for definition in definitions.values():
        if definition.get("type") == "object":
            definition["additionalProperties"] = False
    if "Gap" in definitions:
        definitions["Gap"]["description"] = "Something that was asked for and not obtained."
    outer = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        **definitions.pop(shape.__name__),
        "$defs": definitions,
    }
    outer["title"] = title
    return dump(outer)


def dump(value: Any) -> str:
    """A value as indented JSON; what steers a terminal or a build, or cannot be seen, is written as an escape."""
    text = msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
    text = _COMMAND.sub(r"\\u0023", text)
    if not text.isascii():
        text = _INVISIBLE.sub(lambda found: json.dumps(found[0])[1:-1], text)
    return text + "\n"


def clusters(report: Report) -> tuple[shapes.Cluster, ...]:
    return tuple(_cluster(item) for item in report.clusters)


def subnets(report: Report) -> tuple[shapes.Subnet, ...]:
    return tuple(_subnet(capacity) for capacity in report.subnets)


def _source(report: Report) -> shapes.Source:
    header = report.source.header
    return shapes.Source(
        kind=report.source.kind,
        collected_at=header.collected_at if header else None,
        subscriptions=header.subscriptions if header else None,
        shard=shapes.Shard(index=report.shard.index, count=report.shard.count) if report.shard else None,
    )


def _stats(stats: RunStats) -> shapes.Stats:
    seconds = {phase: round(taken, 3) for phase, taken in stats.seconds.items()}
    return shapes.Stats(
        requests=stats.requests,
        retries=stats.retries,
        bytes=stats.bytes,
        waited_seconds=round(stats.waited_seconds, 3),
        seconds=shapes.Seconds(
            sign_in=seconds.get("signIn"), collect=seconds.get("collect"), analyse=seconds.get("analyse")
        ),
    )


def _summary(report: Report) -> shapes.Summary:
    return shapes.Summary(
        **{severity.value: report.count(severity) for severity in Severity},
        unknown=len(report.unknown),
        suppressed=len(report.suppressed),
        baselined=len(report.active) - len(report.new),
        gone=len(report.gone),
    )


def _cluster(item: ReportedCluster) -> shapes.Cluster:
    cluster = item.cluster
    models = {pool.name: pool.model for pool in item.pools}
    pools = zip(cluster.node_pools, item.pools, strict=True)
    return shapes.Cluster(
        id=cluster.id.text,
        name=cluster.name,
        location=cluster.location or None,
        kubernetes_version=cluster.kubernetes_version or None,
        network_model=item.model,
        dataplane=_dataplane(cluster),
        network_policy=cluster.network_policy or None,
        outbound_type=cluster.outbound_type or None,
        pod_cidrs=tuple(map(str, cluster.pod_cidrs)),
        service_cidrs=tuple(map(str, cluster.service_cidrs)),
        dns_service_ip=str(cluster.dns_service_ip) if cluster.dns_service_ip else None,
        node_pools=tuple(_node_pool(*pool) for pool in sorted(pools, key=lambda pair: pair[0].name)),
        nodes=tuple(_node(node, models.get(node.node.node_pool, item.model)) for node in item.nodes),
    )


def _dataplane(cluster: ManagedCluster) -> Literal["azure", "cilium"] | None:
    """Azure CNI has one, and it is Azure's own where none is named."""
    if cluster.network_plugin.lower() != "azure":
        return None
    match cluster.network_dataplane.lower():
        case "azure" | "":
            return "azure"
        case "cilium":
            return "cilium"
        case _:
            return None


def _node_pool(pool: NodePool, reported: ReportedPool) -> shapes.NodePool:
    return shapes.NodePool(
        name=pool.name,
        network_model=reported.model,
        os_type=pool.os_type,
        mode=pool.mode,
        count=pool.count,
        min_count=pool.min_count,
        max_count=pool.max_count,
        max_pods=pool.max_pods,
        max_surge=pool.max_surge,
        surge_nodes=reported.surge_nodes,
        node_subnet_id=reported.node_subnet_id.text if reported.node_subnet_id else None,
        pod_subnet_id=pool.pod_subnet_id.text if pool.pod_subnet_id else None,
        egress=_egress(reported.egress),
        pod_egress=_egress(reported.pod_egress) if reported.pod_egress else None,
    )


def _egress(path: EgressPath) -> shapes.Egress:
    is_known = path.kind is not EgressKind.UNKNOWN
    return shapes.Egress(
        kind=path.kind.value if is_known else None,
        via=path.via.text if path.via else None,
        addresses=tuple(map(one_or_prefix, path.addresses.known)) if is_known and path.addresses.is_whole else None,
        matches_outbound_type=path.matches_outbound_type,
        because=path.because,
    )


def _node(item: ReportedNode, model: NetworkModel) -> shapes.Node:
    node, pod_range = item.node, item.routes.pod_range if item.routes else None
    return shapes.Node(
        name=node.name,
        node_pool=node.node_pool or None,
        address=node.address or None,
        nic_id=node.nic.id.text,
        ip_forwarding=node.nic.ip_forwarding,
        pod_cidr=str(pod_range) if pod_range else None,
        pod_addresses=pod_addresses(item, model),
        route=_route(item),
    )


def pod_addresses(item: ReportedNode, model: NetworkModel) -> tuple[str, ...] | None:
    """The addresses that a node's NIC holds for pods, in order; None where ARM never shows them."""
    held = sorted(item.node.pod_configurations, key=_by_number)
    if not held and model is NetworkModel.POD_SUBNET_DYNAMIC:
        return None
    return tuple(f"{c.address}/{c.prefix_length}" if c.prefix_length is not None else c.address for c in held)


def _by_number(configuration: IpConfiguration) -> tuple[int, bytes]:
    family = AF_INET6 if configuration.is_ipv6 else AF_INET
    return family, inet_pton(family, configuration.address)


def _route(item: ReportedNode) -> shapes.Route | None:
    route = item.route
    if route is None:
        return None
    return shapes.Route(
        route_table_id=item.route_table_id.text if item.route_table_id else None,
        name=route.name,
        address_prefix=str(route.prefix) if route.prefix else route.service_tag or None,
        next_hop_type=route.next_hop_type or None,
        next_hop_ip_address=str(route.next_hop_address) if route.next_hop_address else None,
    )


def _subnet(capacity: SubnetCapacity) -> shapes.Subnet:
    return shapes.Subnet(
        id=capacity.subnet.id.text,
        prefixes=tuple(map(str, capacity.subnet.prefixes)),
        usable=capacity.usable,
        used=capacity.used,
        free=capacity.free,
        used_source=capacity.used_source,  # type: ignore[arg-type]
        consumers=tuple(
            shapes.Consumer(
                kind=consumer.kind,
                cluster_id=consumer.cluster_id.text if consumer.cluster_id else None,
                node_pool=consumer.node_pool or None,
                resource_id=consumer.resource_id.text,
                addresses=consumer.addresses,
            )
            for consumer in capacity.consumers
        ),
        needed=shapes.Needed(**{horizon: getattr(capacity.needed, horizon) for horizon in HORIZONS}),
        fits=shapes.Fits(**{horizon: capacity.fits(horizon) for horizon in HORIZONS}),
    )


def _finding(item: ReportedFinding) -> shapes.Finding:
    finding, suppressed = item.finding, item.suppressed
    return shapes.Finding(
        rule=item.rule.id,
        severity=item.severity,
        latent=finding.latent,
        title=item.rule.title,
        message=finding.message,
        resource_id=finding.resource_id.text,
        cluster_id=finding.cluster_id.text if finding.cluster_id else None,
        affected=tuple(resource_id.text for resource_id in finding.affected),
        evidence=tuple(
            shapes.Evidence(resource_id=seen.resource_id.text, path=seen.path, value=seen.value)
            for seen in finding.evidence
        ),
        arithmetic=finding.arithmetic,
        remediation=item.rule.remediation,
        help_uri=item.rule.source,
        fingerprint=item.fingerprint,
        suppressed=shapes.Suppressed(reason=suppressed.reason, owner=suppressed.owner, expires=suppressed.expires)
        if suppressed
        else None,
        baselined=item.baselined,
    )
