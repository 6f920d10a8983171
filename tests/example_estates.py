"""The estates that the shipped cassettes and the documentation show."""

from __future__ import annotations

from .estate import Estate, Pool, security_rule, subnet, subscription_id


def kubenet_with_faults() -> Estate:
    """A kubenet cluster in a hub and spoke whose route table was rewritten by somebody's infrastructure as code."""
    estate = Estate(subscription_id(1), resource_group="rg-shop-network")
    hub = estate.virtual_network("vnet-hub", "10.0.0.0/16", {"shared": "10.0.4.0/24"})
    spoke = estate.virtual_network(
        "vnet-shop", "10.20.0.0/16", {"snet-nodes": "10.20.0.0/24", "snet-batch": "10.20.1.0/24"}, peer_with=[hub]
    )
    table = estate.route_table("rt-shop", subnets=[subnet(spoke, "snet-nodes"), subnet(spoke, "snet-batch")])
    cluster = estate.cluster(
        "aks-shop",
        "kubenet",
        pools=[
            Pool(name="system", count=3, subnet=subnet(spoke, "snet-nodes"), max_surge="33%"),
            Pool(name="batch", count=2, subnet=subnet(spoke, "snet-batch"), mode="User", max_surge="1"),
        ],
        route_table=table,
        pod_cidr="10.244.0.0/16",
        service_cidr="172.16.0.0/16",
        kubernetes_version="1.33.4",
        resource_group="rg-shop",
    )
    routes = table["properties"]["routes"]
    lost, moved = routes[1], routes[2]
    routes.remove(lost)
    moved["properties"]["nextHopIpAddress"] = "10.20.0.77"
    gone = routes[0]["name"].replace("000000____102440024", "000007____102449024")
    estate.add_route(table, "10.244.9.0/24", "10.20.0.11", gone)
    estate.nics(cluster, "batch")[1]["properties"]["enableIPForwarding"] = False
    subnet(spoke, "snet-batch")["properties"].pop("routeTable")
    return estate


def crowded_node_subnet() -> Estate:
    """Two Azure CNI clusters of two teams in one /24, and what else found its way in there."""
    estate = Estate(subscription_id(2), resource_group="rg-core-network")
    vnet = estate.virtual_network(
        "vnet-core", "10.30.0.0/16", {"snet-aks": "10.30.0.0/24", "snet-endpoints": "10.30.8.0/26"}
    )
    nodes = subnet(vnet, "snet-aks")
    estate.cluster(
        "aks-orders",
        "cni-node-subnet",
        subnet=nodes,
        pools=[
            Pool(name="system", count=2, max_pods=30, max_surge="1"),
            Pool(name="orders", count=2, max_pods=30, min_count=2, max_count=5, mode="User", max_surge="1"),
        ],
        service_cidr="172.16.0.0/16",
        resource_group="rg-orders",
    )
    estate.cluster(
        "aks-billing",
        "cni-node-subnet",
        subnet=nodes,
        pools=[Pool(name="system", count=3, max_pods=30, max_surge="33%")],
        service_cidr="172.17.0.0/16",
        resource_group="rg-billing",
    )
    estate.private_endpoint(nodes, "pe-orders-db", group_ids=["sqlServer"])
    estate.private_endpoint(nodes, "pe-billing-store")
    estate.virtual_machine_nic(nodes, "vm-jump")
    return estate


def egress_with_faults() -> Estate:
    """An overlay cluster that leaves by a hub's firewall, where others tightened filters and forgot an address."""
    estate = Estate(subscription_id(4), resource_group="rg-edge-network")
    hub = estate.virtual_network("vnet-edge-hub", "10.60.0.0/16", {"AzureFirewallSubnet": "10.60.1.0/26"})
    estate.azure_firewall(hub, "fw-edge")
    spoke = estate.virtual_network("vnet-edge", "10.61.0.0/16", {"snet-edge": "10.61.0.0/24"}, peer_with=[hub])
    nodes = subnet(spoke, "snet-edge")
    estate.network_security_group(
        "nsg-edge",
        [
            security_rule("allow-office", 100, "Allow", protocol="Tcp", source="10.60.0.0/16", ports="443"),
            security_rule("deny-internal", 200, source="10.61.0.0/16"),
        ],
        subnets=[nodes],
    )
    estate.cluster(
        "aks-edge",
        "cni-overlay",
        subnet=nodes,
        pools=[Pool(name="system", count=3)],
        outbound_type="userDefinedRouting",
        route_table=estate.route_table("rt-edge", {"0.0.0.0/0": "10.60.1.4"}),
        pod_cidr="10.244.0.0/16",
        service_cidr="172.16.0.0/16",
        kubernetes_version="1.35.2",
        network_policy="calico",
        authorized_ip_ranges=["198.51.100.0/24"],
        resource_group="rg-edge",
    )
    spoke["properties"]["virtualNetworkPeerings"][0]["properties"]["allowForwardedTraffic"] = False
    return estate


def healthy_mixed() -> Estate:
    """Four models side by side, all of them with room."""
    estate = Estate(subscription_id(3), resource_group="rg-platform-network")
    hub = estate.virtual_network("vnet-hub", "10.0.0.0/16", {"shared": "10.0.4.0/24"})
    vnet = estate.virtual_network(
        "vnet-platform",
        "10.40.0.0/14",
        {
            "snet-overlay": "10.40.0.0/24",
            "snet-classic": "10.40.16.0/20",
            "snet-nodes": "10.40.1.0/24",
            "snet-blocks": "10.40.2.0/24",
            "snet-byo": "10.40.3.0/24",
        },
        peer_with=[hub],
    )
    pods = estate.add_subnet(
        vnet, "snet-pods", "10.41.0.0/18", delegate_to="Microsoft.ContainerService/managedClusters"
    )
    blocks = estate.add_subnet(
        vnet, "snet-pod-blocks", "10.42.0.0/18", delegate_to="Microsoft.ContainerService/managedClusters"
    )
    estate.cluster(
        "aks-web",
        "cni-overlay",
        subnet=subnet(vnet, "snet-overlay"),
        pools=[Pool(name="system", count=3), Pool(name="web", count=4, min_count=3, max_count=20, mode="User")],
        pod_cidr="10.244.0.0/16",
        dataplane="cilium",
        network_policy="cilium",
        resource_group="rg-web",
    )
    estate.cluster(
        "aks-classic",
        "cni-node-subnet",
        subnet=subnet(vnet, "snet-classic"),
        pools=[Pool(name="system", count=3, max_pods=30), Pool(name="apps", count=5, max_pods=30, mode="User")],
        resource_group="rg-classic",
    )
    estate.cluster(
        "aks-data",
        "cni-pod-subnet-dynamic",
        subnet=subnet(vnet, "snet-nodes"),
        pod_subnet=pods,
        pools=[Pool(name="system", count=3, max_pods=110)],
        resource_group="rg-data",
    )
    estate.cluster(
        "aks-blocks",
        "cni-pod-subnet-static",
        subnet=subnet(vnet, "snet-blocks"),
        pod_subnet=blocks,
        pools=[Pool(name="system", count=3, max_pods=47)],
        resource_group="rg-blocks",
    )
    estate.cluster(
        "aks-lab",
        "byo",
        subnet=subnet(vnet, "snet-byo"),
        pools=[Pool(name="system", count=3)],
        pod_cidr="10.245.0.0/16",
        resource_group="rg-lab",
    )
    return estate
