"""Reports for the reporters' tests, judged by two fixed rules, so that new rules change no snapshot."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from aks_audit.audit import audit
from aks_audit.report import Report
from aks_audit.rules.capacity.subnet_too_small_for_upgrade import subnet_too_small_for_upgrade
from aks_audit.rules.kubenet.kubenet_route_missing import kubenet_route_missing
from tests.estate import Estate, Pool, subnet
from tests.networks import network_of

RULES = (kubenet_route_missing, subnet_too_small_for_upgrade)
SECOND_SUBSCRIPTION = "00000000-0000-0000-0000-000000000002"

HOSTILE = {
    "markup": "a|b<script>alert(1)</script>",
    "tag": "a|b<img src=x onerror=alert(1)>&lt;",
    "escape": "\x1b[31mred\x1b[0m\x9b2J",
    "bidi": "abc\u202edef\u2066\U000e0041",
    "link": "[x](http://evil) ![y](http://evil/z.png) www.evil.example",
    "code": "`code` ``` | \\| $x$ *b* _i_ ~~s~~",
    "mention": "@team #123 :100: GH-7",
    "mermaid": 'end"] --> x["; %%{init: {}}%% `m`',
    "rich": "[bold red]no[/] [link=http://evil]x[/link] :smile:",
    "newline": "one\n# two\r\n- three\n```\n|four|",
    "azure-pipelines": "##vso[task.setvariable variable=x]y ##VSO[task.complete result=Failed]",
    "github": "::error title=x::y ::add-mask::z ::stop-commands::t",
    "github-inside": f"{'x' * 17}::error::{'y' * 17}::add-mask::z{'x' * 17}::warning file=a::b",
    "formula": "=HYPERLINK(1) +1 @SUM(1)",
    "dots": "..",
    "long": "x" * 10_000,
}


def report_of(*estates: Estate, refused: Iterable[str] = ()) -> Report:
    return audit(network_of(*estates, refused=refused), RULES)


def faulty_estate() -> Estate:
    """A kubenet cluster with a missing route, and two clusters that crowd one subnet."""
    estate = Estate()
    vnet = estate.virtual_network("vnet-hub", ["10.1.0.0/16"], {"kube": "10.1.0.0/24", "shared": "10.1.1.0/24"})
    pools = [Pool(name="big", count=12, mode="User", max_count=20), Pool(name="np1")]
    estate.cluster("blue", "kubenet", subnet=subnet(vnet, "kube"), pools=pools)
    estate.of_type("routeTables")[0]["properties"]["routes"].pop(1)
    pools = [Pool(name="system"), Pool(name="user", count=2, max_count=5, mode="User")]
    estate.cluster("green", "cni-node-subnet", subnet=subnet(vnet, "shared"), pools=pools)
    estate.cluster("orange", "cni-node-subnet", subnet=subnet(vnet, "shared"))
    estate.virtual_machine_nic(subnet(vnet, "shared"))
    return estate


def half_read_estate() -> Estate:
    """A pod subnet that Azure shows no use of, and an overlay cluster."""
    estate = Estate(subscription=SECOND_SUBSCRIPTION)
    vnet = estate.virtual_network("vnet-spoke", ["10.2.0.0/16"], {"nodes": "10.2.0.0/24", "pods": "10.2.8.0/21"})
    estate.delegate(subnet(vnet, "pods"))
    estate.cluster(
        "pink",
        "cni-pod-subnet-dynamic",
        subnet=subnet(vnet, "nodes"),
        pod_subnet=subnet(vnet, "pods"),
    )
    estate.cluster("white", "cni-overlay")
    return estate


def faulty_report() -> Report:
    """Two critical findings, and a refused listing that keeps no rule from telling."""
    return report_of(faulty_estate(), half_read_estate(), refused=["Microsoft.Network/networkSecurityGroups"])


def many_faults(clusters: int) -> Estate:
    """Kubenet clusters, in each a node without a route and a subnet too small for its maximum."""
    estate = Estate()
    for number in range(clusters):
        vnet = estate.virtual_network(f"vnet{number}", [f"10.{number}.0.0/16"], {"nodes": f"10.{number}.0.0/27"})
        pools = [Pool(count=8), Pool(name="np2", count=2, max_count=40)]
        cluster = estate.cluster(f"aks{number:03}", "kubenet", subnet=subnet(vnet, "nodes"), pools=pools)
        estate.route_table_of(cluster)["properties"]["routes"].pop()
    return estate


def unknown_report() -> Report:
    """Nothing found, since the route tables were refused."""
    estate = Estate()
    vnet = estate.virtual_network("vnet", ["10.1.0.0/16"], {"nodes": "10.1.0.0/24"})
    estate.cluster("grey", "kubenet", subnet=subnet(vnet, "nodes"))
    return report_of(estate, refused=["Microsoft.Network/routeTables"])


def unlisted_report() -> Report:
    """The clusters themselves were refused."""
    return report_of(faulty_estate(), refused=["Microsoft.ContainerService/managedClusters"])


def empty_report() -> Report:
    """Nothing there at all."""
    return report_of(Estate())


def hostile_report(name: str) -> Report:
    """A report of `hostile_estate`, and of a listing that was refused."""
    return report_of(hostile_estate(name), refused=["Microsoft.Network/networkSecurityGroups"])


def hostile_estate(name: str) -> Estate:
    """The faulty estate in which everything that has a name has this one."""
    estate = faulty_estate()
    by_name = {"np1": name, "blue": name, "shared": name, "kube": f"k{name}"}
    for resource in estate.resources:
        _rename(resource, by_name)
    for nsg in estate.of_type("networkSecurityGroups"):
        estate.remove(nsg)
    return estate


def _rename(value: Any, by_name: dict[str, str]) -> None:
    """Change whole path segments and whole texts, so that references still meet."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in list(items):
        if isinstance(inner, str):
            value[key] = "/".join(by_name.get(part, part) for part in inner.split("/"))
        else:
            _rename(inner, by_name)
