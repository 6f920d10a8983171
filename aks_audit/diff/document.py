"""A JSON report as it is read back: what a comparison needs of it, and nothing that a later version may lack or add."""

from __future__ import annotations

from typing import Any

import msgspec

from ..errors import ReportError
from ..findings import Severity, Weight
from ..inventory.records import Gap
from ..reporters.shapes import SCHEMA_VERSION

Value = str | int | bool | tuple[str, ...] | None


class _Part(msgspec.Struct, rename="camel"):
    """Base of everything; fields that are not known are passed over."""


class Tool(_Part):
    name: str = ""
    version: str = ""


class Source(_Part):
    kind: str = ""
    collected_at: str | None = None
    subscriptions: tuple[str, ...] | None = None


class Egress(_Part):
    kind: str | None = None
    via: str | None = None
    addresses: tuple[str, ...] | None = None


class NodePool(_Part):
    name: str
    network_model: str | None = None
    os_type: str | None = None
    mode: str | None = None
    count: int | None = None
    min_count: int | None = None
    max_count: int | None = None
    max_pods: int | None = None
    max_surge: str | None = None
    node_subnet_id: str | None = None
    pod_subnet_id: str | None = None
    egress: Egress | None = None
    pod_egress: Egress | None = None


class Route(_Part):
    route_table_id: str | None = None
    name: str = ""
    address_prefix: str | None = None
    next_hop_type: str | None = None
    next_hop_ip_address: str | None = None


class Node(_Part):
    route: Route | None = None


class Cluster(_Part):
    id: str
    kubernetes_version: str | None = None
    network_model: str | None = None
    dataplane: str | None = None
    network_policy: str | None = None
    outbound_type: str | None = None
    pod_cidrs: tuple[str, ...] = ()
    service_cidrs: tuple[str, ...] = ()
    dns_service_ip: str | None = msgspec.field(name="dnsServiceIP", default=None)
    node_pools: tuple[NodePool, ...] = ()
    nodes: tuple[Node, ...] = ()


class Needed(_Part):
    now: int | None = None
    upgrade: int | None = None
    upgrade_one_pool: int | None = None
    autoscale_max: int | None = None
    worst: int | None = None


class Subnet(_Part):
    id: str
    prefixes: tuple[str, ...] = ()
    usable: int | None = None
    used: int | None = None
    free: int | None = None
    needed: Needed = msgspec.field(default_factory=Needed)


class Evidence(_Part):
    resource_id: str = ""
    path: str = ""
    value: Value = None


class Finding(_Part):
    rule: str
    severity: Severity
    message: str
    resource_id: str
    fingerprint: str
    cluster_id: str | None = None
    affected: tuple[str, ...] = ()
    latent: bool = False
    arithmetic: str | None = None
    evidence: tuple[Evidence, ...] = ()
    suppressed: dict[str, Any] | None = None

    @property
    def weight(self) -> Weight:
        sufferers = filter(None, (self.cluster_id, *self.affected))
        return Weight(self.severity, self.latent, frozenset(text.lower() for text in sufferers))


class Unknown(_Part):
    rule: str
    resource_id: str
    gap: Gap


class Document(_Part, kw_only=True):
    """A report."""

    schema_version: int
    tool: Tool = msgspec.field(default_factory=Tool)
    source: Source = msgspec.field(default_factory=Source)
    gaps: tuple[Gap, ...] = ()
    clusters: tuple[Cluster, ...]
    subnets: tuple[Subnet, ...]
    findings: tuple[Finding, ...]
    unknown: tuple[Unknown, ...]
    rules: tuple[str, ...] = ()
    """The rules that ran; empty where the report does not say."""


class _Head(msgspec.Struct, rename="camel"):
    schema_version: int | msgspec.UnsetType = msgspec.UNSET
    findings: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


def is_report(raw: bytes) -> bool:
    """Whether a file's content is a JSON report; anything else is taken for an inventory."""
    try:
        head = msgspec.json.decode(raw, type=_Head)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return False
    return head.schema_version is not msgspec.UNSET and head.findings is not msgspec.UNSET


def read(raw: bytes, path: str) -> Document:
    """A JSON report.

    Raises:
        ReportError: it is none, or of another schema version.
    """
    try:
        version = msgspec.json.decode(raw, type=_Head).schema_version
        if version != SCHEMA_VERSION:
            raise ReportError(
                f"cannot compare {path}: schemaVersion {version}, this aks-audit knows {SCHEMA_VERSION}",
                "write both reports with one version",
            )
        return msgspec.json.decode(raw, type=Document)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ReportError(f"{path} is no JSON report: {error}", "write it with 'audit -f json'") from error
