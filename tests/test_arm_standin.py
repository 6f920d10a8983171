"""The stand-in for ARM, over real HTTPS, and the estate that composes what it serves."""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime
from math import ceil
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest
import requests
from azure.core.credentials import TokenCredential
from azure.identity import DefaultAzureCredential, ManagedIdentityCredential
from azure.mgmt.containerservice import ContainerServiceClient
from azure.mgmt.network import NetworkManagementClient

from .arm import StandIn, http_date
from .estate import DEFAULT_MAX_PODS, MIXED, SUBSCRIPTION, Estate, Json, Model, Pool, grow, subnet, subscription_id

NETWORK = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Network"
CLUSTERS = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.ContainerService/managedClusters"
SCALE_SETS = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Compute/virtualMachineScaleSets"
MODELS = cast("tuple[Model, ...]", tuple(DEFAULT_MAX_PODS))


class Client:
    """Asks the stand-in as a client of ARM would, with a token and an api-version."""

    def __init__(self, arm: StandIn) -> None:
        self.arm = arm
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.verify = arm.ca_file
        self.session.headers["Authorization"] = "Bearer any"

    def get(self, path: str, version: str | None = "2024-05-01", timeout: float = 10) -> requests.Response:
        url = path if path.startswith("https:") else self.arm.base_url + path
        params = {} if version is None else {"api-version": version}
        return self.session.get(url, params=params, timeout=timeout)

    def items(self, path: str, version: str = "2024-05-01") -> list[Json]:
        """All pages of a listing, the nextLink taken as it is."""
        answer = self.get(path, version).json()
        items: list[Json] = list(answer["value"])
        while answer.get("nextLink"):
            answer = self.get(answer["nextLink"], None).json()
            items += answer["value"]
        return items


@pytest.fixture
def estate() -> Estate:
    """A kubenet cluster on a subnet, and one with static blocks."""
    estate = Estate()
    vnet = estate.virtual_network(
        prefixes="10.1.0.0/16",
        subnets={"nodes": "10.1.0.0/24", "pods": "10.1.4.0/22", "more": "10.1.1.0/24"},
    )
    estate.cluster("aks1", "kubenet", subnet=subnet(vnet, "nodes"))
    more, pods = subnet(vnet, "more"), subnet(vnet, "pods")
    estate.cluster("aks2", "cni-pod-subnet-static", subnet=more, pod_subnet=pods)
    estate.virtual_machine_nic(subnet(vnet, "nodes"))
    estate.private_dns_zone("example.internal", [vnet])
    return estate


@pytest.fixture
def arm(estate: Estate) -> Iterator[StandIn]:
    with StandIn(estate.resources) as standin:
        yield standin


@pytest.fixture
def client(arm: StandIn) -> Iterator[Client]:
    client = Client(arm)
    with client.session:
        yield client


# -------------------------------------------------------------------- what is served


def test_lists_a_type_of_a_subscription_in_any_case(client: Client) -> None:
    [table] = client.items(f"{NETWORK}/routeTables")
    assert client.items(f"{NETWORK}/ROUTETABLES".upper()) == [table]
    assert client.get(table["id"].upper()).json() == table


def test_lists_by_resource_group_what_is_in_it(client: Client, estate: Estate) -> None:
    [table] = estate.of_type("routeTables")
    assert client.items(table["id"].rpartition("/")[0]) == [table]
    elsewhere = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-network/providers/Microsoft.Network/routeTables"
    assert client.items(elsewhere) == []


def test_serves_children_that_their_parent_embeds(client: Client, estate: Estate) -> None:
    [vnet] = estate.of_type("virtualNetworks")
    cluster = client.items(CLUSTERS)[0]
    assert client.items(f"{vnet['id']}/subnets") == vnet["properties"]["subnets"]
    assert client.get(f"{vnet['id']}/subnets/PODS").json()["name"] == "pods"
    assert client.items(f"{vnet['id']}/virtualNetworkPeerings") == []
    [pool] = client.items(f"{cluster['id']}/agentPools")
    assert pool["id"] == f"{cluster['id']}/agentPools/np1"
    assert "name" not in pool["properties"]
    assert client.get(pool["id"]).json() == pool
    [link] = client.items(f"{vnet['id']}/subnets/pods/serviceAssociationLinks")
    assert link["name"] == "AzureKubernetesService"


def test_serves_usages_and_zone_links(client: Client, estate: Estate) -> None:
    [vnet] = estate.of_type("virtualNetworks")
    [zone] = client.items(f"{NETWORK}/privateDnsZones")
    assert [row["limit"] for row in client.items(f"{vnet['id']}/usages")] == [251.0, 1019.0, 251.0]
    [link] = client.items(f"{zone['id']}/virtualNetworkLinks")
    assert link["properties"]["virtualNetwork"]["id"] == vnet["id"]


def test_keeps_scale_set_nics_apart_from_other_nics(client: Client, estate: Estate) -> None:
    assert [nic["name"] for nic in client.items(f"{NETWORK}/networkInterfaces")] == ["vm1-nic"]
    [scale_set] = estate.scale_sets(estate.of_type("managedClusters")[0])
    nics = client.items(f"{scale_set['id']}/networkInterfaces")
    assert [nic["properties"]["virtualMachine"]["id"].rpartition("/")[2] for nic in nics] == ["0", "1", "2"]
    assert not {"type", "location"} & nics[0].keys()


def test_an_old_api_version_knows_no_address_blocks(client: Client, estate: Estate) -> None:
    [scale_set] = estate.scale_sets(estate.of_type("managedClusters")[1])
    path = f"{scale_set['id']}/networkInterfaces"
    lengths = [
        [c["properties"].get("privateIPAddressPrefixLength") for c in nic["properties"]["ipConfigurations"]]
        for version in ("2018-10-01", "2023-09-01")
        for nic in client.items(path, version)[:1]
    ]
    assert lengths == [[None] * 4, [None, 28, 28, 28]]


def test_scale_set_lists_shout_the_resource_group(client: Client) -> None:
    listed = client.items(SCALE_SETS)[0]["id"]
    assert "/resourceGroups/MC_RG-AKS1_AKS1_WESTEUROPE/" in listed
    assert "/resourceGroups/MC_rg-aks1_aks1_westeurope/" in client.get(listed).json()["id"]


def test_lists_subscriptions_and_management_groups(estate: Estate) -> None:
    with StandIn(estate.resources, subscriptions={subscription_id(2): "Second"}) as arm:
        client = Client(arm)
        names = [each["displayName"] for each in client.items("/subscriptions")]
        group = "/providers/Microsoft.Management/managementGroups/root/descendants"
        found = [each["name"] for each in client.items(group)]
        second = client.get(f"/subscriptions/{subscription_id(2)}").json()
        client.session.close()
    assert names == ["Second", "sub-0001"]
    assert found == [subscription_id(2), SUBSCRIPTION]
    assert second["state"] == "Enabled"


@pytest.mark.parametrize(
    ("subscription", "rest", "code"),
    [
        (9, "/providers/Microsoft.Network/routeTables", "SubscriptionNotFound"),
        (1, "/resourceGroups/no/providers/Microsoft.Network/routeTables/x", "ResourceGroupNotFound"),
        (1, "/resourceGroups/rg-network/providers/Microsoft.Network/routeTables/x", "ResourceNotFound"),
        (1, "/resourceGroups/rg-network/providers/Microsoft.Network/virtualNetworks/x/usages", "ResourceNotFound"),
    ],
)
def test_says_what_is_not_there(client: Client, subscription: int, rest: str, code: str) -> None:
    answer = client.get(f"/subscriptions/{subscription_id(subscription)}{rest}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, code)


def test_an_unused_type_is_an_empty_list(client: Client) -> None:
    assert client.get(f"{NETWORK}/dscpConfigurations").content == b'{"value":[]}'


def test_serves_an_inventory_file(estate: Estate, tmp_path: Path) -> None:
    with StandIn(estate.write(tmp_path / "estate.jsonl")) as arm:
        client = Client(arm)
        assert client.items(f"{NETWORK}/routeTables") == estate.of_type("routeTables")
        assert len(client.items(CLUSTERS)) == 2
        client.session.close()


# -------------------------------------------------------------------- api-versions, tokens, methods, headers


@pytest.mark.parametrize(
    ("version", "code"),
    [
        (None, "MissingApiVersionParameter"),
        ("latest", "InvalidApiVersionParameter"),
        ("2009-01-01", "NoRegisteredProviderFound"),
        ("2024-01-01", "NoRegisteredProviderFound"),
    ],
)
def test_refuses_api_versions(client: Client, version: str | None, code: str) -> None:
    client.arm.refused_api_versions.add("2024-01-01")
    answer = client.get(f"{NETWORK}/routeTables", version)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)


def test_wants_a_token_and_records_requests_without_it(client: Client) -> None:
    client.get(f"{NETWORK}/routeTables")
    del client.session.headers["Authorization"]
    answer = client.get(f"{NETWORK}/routeTables")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer authorization_uri=")
    first, second = client.arm.requests
    assert (first.method, first.path, first.query) == ("GET", f"{NETWORK}/routeTables", {"api-version": "2024-05-01"})
    assert (first.authorized, second.authorized) == (True, False)
    assert "authorization" not in first.headers


def test_takes_nothing_but_get(client: Client) -> None:
    answer = client.session.post(f"{client.arm.base_url}{NETWORK}/routeTables?api-version=2024-05-01", timeout=10)
    assert answer.status_code == 405
    assert [each.method for each in client.arm.requests] == ["POST"]


def test_sends_arms_headers_and_a_date_that_can_be_fixed(client: Client) -> None:
    client.arm.date = "Fri, 20 Nov 2026 08:00:00 GMT"
    first, second = (client.get(SCALE_SETS).headers for _ in range(2))
    assert first == second
    assert first["Date"] == client.arm.date
    assert first["Content-Type"] == "application/json; charset=utf-8"
    assert first["x-ms-ratelimit-remaining-subscription-global-reads"] == "16499"
    assert {"x-ms-request-id", "x-ms-correlation-request-id"} <= {name.lower() for name in first}


# -------------------------------------------------------------------- paging


def test_pages_with_an_opaque_token(client: Client) -> None:
    client.arm.page_sizes["microsoft.network/publicipaddresses"] = 1
    first = client.get(f"{NETWORK}/publicIPAddresses").json()
    assert first["nextLink"].startswith(f"{client.arm.base_url}/subscriptions/")
    assert all(escape in first["nextLink"] for escape in ("%2f", "%2b", "%3d"))
    names = [each["name"] for each in client.items(f"{NETWORK}/publicIPAddresses")]
    assert len(set(names)) == len(names) == 2
    assert "nextLink" not in client.get(f"{NETWORK}/loadBalancers").json()


def test_aks_gives_a_next_link_even_when_all_fitted(client: Client) -> None:
    first = client.get(CLUSTERS).json()
    assert len(first["value"]) == 2
    assert "?%24skipToken=" in first["nextLink"]
    assert "&skipToken=" in first["nextLink"]
    assert client.get(first["nextLink"], None).content == b'{"value":[]}'


def test_a_token_of_someone_else_is_refused(client: Client) -> None:
    assert client.get(f"{NETWORK}/routeTables?%24skiptoken=abc!").status_code == 400


# -------------------------------------------------------------------- faults


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (401, "ExpiredAuthenticationToken"),
        (403, "AuthorizationFailed"),
        (404, "ResourceNotFound"),
        (409, "MissingSubscriptionRegistration"),
        (429, "TooManyRequests"),
    ],
)
def test_a_fault_strikes_its_path_only(client: Client, status: int, code: str) -> None:
    client.arm.fault("*/routetables*", status=status)
    answer = client.get(f"{NETWORK}/routeTables")
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert client.get(f"{NETWORK}/loadBalancers").status_code == 200


def test_a_fault_spares_the_first_and_ends(client: Client) -> None:
    client.arm.fault("*/routeTables", status=503, after=1, times=2)
    answers = [client.get(f"{NETWORK}/routeTables") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 503, 503, 200]
    assert answers[1].headers["Content-Type"] == "text/html"


def test_a_fault_may_wait_for_a_later_page(client: Client) -> None:
    client.arm.fault("*/managedClusters", status=500, query="skipToken")
    first = client.get(CLUSTERS)
    assert first.status_code == 200
    assert client.get(first.json()["nextLink"], None).status_code == 500


@pytest.mark.parametrize("retry_after", [7, "Fri, 20 Nov 2026 08:01:00 GMT", None])
def test_throttles_in_aks_words(client: Client, retry_after: int | str | None) -> None:
    client.arm.fault("*/managedClusters", status=429, bare=True, retry_after=retry_after)
    answer = client.get(CLUSTERS)
    assert answer.json()["code"] == "RetryableError"
    assert answer.headers.get("Retry-After") == (None if retry_after is None else str(retry_after))


def test_a_retry_date_lies_ahead() -> None:
    ahead = parsedate_to_datetime(http_date(60)).timestamp() - time.time()
    assert 55 < ahead <= 60


@pytest.mark.parametrize("how", ["reset", "cut", "gzip-garbage"])
def test_an_answer_may_not_arrive_whole(client: Client, how: Any) -> None:
    client.arm.fault("*/routeTables", how=how, times=1)
    with pytest.raises(requests.RequestException):
        client.get(f"{NETWORK}/routeTables")
    assert client.get(f"{NETWORK}/routeTables").status_code == 200


@pytest.mark.parametrize(("how", "delay"), [("stall", 0.0), (None, 5.0)])
def test_an_answer_may_be_slow(client: Client, how: Any, delay: float) -> None:
    client.arm.fault("*/routeTables", how=how, delay_seconds=delay)
    with pytest.raises((requests.ReadTimeout, requests.ConnectionError)):
        client.get(f"{NETWORK}/routeTables", timeout=0.3)


def test_a_body_may_be_wrong(client: Client) -> None:
    url = f"{NETWORK}/routeTables"
    client.arm.fault("*", body=b'{"value": null}', content_type="text/plain")
    answer = client.get(url)
    assert (answer.headers["Content-Type"], answer.json()) == ("text/plain", {"value": None})


def test_a_truncated_body_is_no_json(client: Client) -> None:
    client.arm.fault("*", how="truncate")
    with pytest.raises(requests.JSONDecodeError):
        client.get(f"{NETWORK}/routeTables").json()


def test_a_next_link_may_lead_astray(client: Client) -> None:
    url = f"{NETWORK}/routeTables"
    links = {}
    for how in ("next-loop", "next-other-host", "next-http"):
        client.arm.faults[:] = []
        client.arm.fault("*", how=how)
        links[how] = client.get(url).json()["nextLink"]
    here = client.arm.base_url.removeprefix("https://")
    assert links["next-loop"].startswith(f"https://{here}{url}?api-version=")
    assert links["next-other-host"].startswith(f"https://arm.invalid{url}")
    assert links["next-http"].startswith(f"http://{here}{url}")


def test_an_unknown_fault_is_refused(arm: StandIn) -> None:
    with pytest.raises(ValueError, match="no such fault"):
        arm.fault("*", how="explode")


# -------------------------------------------------------------------- size, concurrency, shutdown


def test_answers_sixteen_at_once(client: Client) -> None:
    client.arm.latency_seconds = 0.2

    def ask(_: int) -> int:
        each = Client(client.arm)
        with each.session:
            return each.get(f"{NETWORK}/routeTables").status_code

    started = time.monotonic()
    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(ask, range(16))) == {200}
    assert client.arm.max_in_flight > 8
    assert time.monotonic() - started < 16 * 0.2


def test_a_big_body_arrives_whole(client: Client) -> None:
    body = b'{"value":["' + b"x" * 20_000_000 + b'"]}'
    client.arm.fault("*/routeTables", body=body)
    assert client.get(f"{NETWORK}/routeTables").content == body


def test_stops_at_once_with_a_stalled_answer_open(estate: Estate) -> None:
    with StandIn(estate.resources) as arm:
        arm.fault("*", how="stall")
        client = Client(arm)
        answer = client.session.get(
            f"{arm.base_url}{NETWORK}/routeTables?api-version=2024-05-01", stream=True, timeout=10
        )
        started = time.monotonic()
    assert time.monotonic() - started < 3
    answer.close()
    client.session.close()


# -------------------------------------------------------------------- with Azure's own SDK


@pytest.fixture
def credential(arm: StandIn, monkeypatch: pytest.MonkeyPatch) -> Iterator[TokenCredential]:
    for name, value in arm.environment.items():
        monkeypatch.setenv(name, value)
    with DefaultAzureCredential() as credential:
        yield credential


def test_the_default_credential_gets_a_token(arm: StandIn, credential: TokenCredential) -> None:
    assert credential.get_token("https://management.azure.com/.default").token == "stand-in-token"
    assert arm.token_requests[0].query["resource"] == "https://management.azure.com"
    assert arm.requests == []


def test_a_wrong_identity_header_is_refused(
    arm: StandIn, credential: TokenCredential, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IDENTITY_HEADER", "other")
    with ManagedIdentityCredential() as other, pytest.raises(Exception, match="wrong identity header"):
        other.get_token("https://management.azure.com/.default")


def test_the_sdk_reads_all_of_it(arm: StandIn, estate: Estate, credential: TokenCredential) -> None:
    words: dict[str, Any] = {"base_url": arm.base_url, "credential_scopes": ["https://management.azure.com/.default"]}
    with NetworkManagementClient(credential, SUBSCRIPTION, **words) as network:
        [vnet] = network.virtual_networks.list_all()
        usages = list(network.virtual_networks.list_usage("rg-network", "vnet"))
        [scale_set] = estate.scale_sets(estate.of_type("managedClusters")[0])
        nics = network.network_interfaces.list_virtual_machine_scale_set_network_interfaces(
            scale_set["id"].split("/")[4], scale_set["name"]
        )
        assert [nic.ip_configurations[0].private_ip_address for nic in nics] == ["10.1.0.4", "10.1.0.5", "10.1.0.6"]
    assert [each.name for each in vnet.subnets] == ["nodes", "pods", "more"]
    assert usages[0].current_value == 4.0
    with ContainerServiceClient(credential, SUBSCRIPTION, **words) as containers:
        clusters = list(containers.managed_clusters.list())
        pools = list(containers.agent_pools.list("rg-aks1", "aks1"))
    assert [each.network_profile.network_plugin for each in clusters] == ["kubenet", "azure"]
    assert pools[0].max_pods == 110


# -------------------------------------------------------------------- the estate


def a_cluster(model: Model, **words: Any) -> tuple[Estate, Json, Json]:
    """An estate with one cluster of that model: the estate, the VNet and the cluster."""
    estate = Estate()
    vnet = estate.virtual_network(prefixes="10.1.0.0/16", subnets={"nodes": "10.1.0.0/22", "pods": "10.1.16.0/22"})
    words = {"subnet": subnet(vnet, "nodes"), "pod_subnet": subnet(vnet, "pods"), **words}
    return estate, vnet, estate.cluster("aks1", model, **words)


def addresses(nic: Json) -> list[ipaddress.IPv4Network]:
    """What a NIC holds, single addresses as /32."""
    configurations = [entry["properties"] for entry in nic["properties"]["ipConfigurations"]]
    return [
        ipaddress.IPv4Network(f"{each['privateIPAddress']}/{each.get('privateIPAddressPrefixLength', 32)}")
        for each in configurations
    ]


@pytest.mark.parametrize("model", MODELS)
def test_node_addresses_are_in_their_subnet_and_nobody_elses(model: Model) -> None:
    pools = [Pool(name="np1", count=3), Pool(name="np2", count=2, mode="User")]
    estate, vnet, cluster = a_cluster(model, pools=pools)
    held = [network for nic in estate.nics(cluster) for network in addresses(nic)]
    assert len(held) == len(set(held))
    assert not any(one.overlaps(other) for one in held for other in held if one is not other)
    homes = [ipaddress.IPv4Network(entry["properties"]["addressPrefix"]) for entry in vnet["properties"]["subnets"]]
    for nic in estate.nics(cluster):
        for entry, network in zip(nic["properties"]["ipConfigurations"], addresses(nic), strict=True):
            home = homes["pods" in entry["properties"]["subnet"]["id"]]
            assert network.subnet_of(home)
    assert str(held[0].network_address) == "10.1.0.4"


def expected_configurations(model: Model, max_pods: int) -> int:
    """How many ipConfigurations a node's NIC has."""
    more = {"cni-node-subnet": max_pods, "cni-pod-subnet-static": ceil((max_pods + 1) / 16)}
    return 1 + more.get(model, 0)


@pytest.mark.parametrize("model", MODELS)
def test_nics_look_as_their_model_has_them(model: Model) -> None:
    estate, _, cluster = a_cluster(model, pools=[{"name": "np1", "count": 2, "max_pods": 30}])
    for nic in estate.nics(cluster, "np1"):
        configurations = nic["properties"]["ipConfigurations"]
        assert len(configurations) == expected_configurations(model, 30)
        assert [entry["properties"]["primary"] for entry in configurations].count(True) == 1
        assert nic["properties"]["enableIPForwarding"] is (model == "kubenet")


@pytest.mark.parametrize("model", MODELS)
def test_usage_counts_the_ip_configurations_that_the_subnet_lists(model: Model) -> None:
    estate, vnet, cluster = a_cluster(model)
    nics = estate.nics(cluster)
    estate.private_endpoint(subnet(vnet, "nodes"))
    for each in vnet["properties"]["subnets"]:
        listed = [entry["id"] for entry in each["properties"].get("ipConfigurations", [])]
        assert estate.usage(each)["currentValue"] == float(len(listed))
        assert listed == sorted(set(listed))
    known = {
        entry["id"].lower()
        for nic in [*nics, *estate.of_type("networkInterfaces")]
        for entry in nic["properties"]["ipConfigurations"]
    }
    everywhere = [e["id"] for s in vnet["properties"]["subnets"] for e in s["properties"].get("ipConfigurations", [])]
    assert {each.lower() for each in everywhere} == known


def test_subnets_list_scale_set_nics_in_capitals() -> None:
    estate, vnet, cluster = a_cluster("kubenet")
    [first, *_] = subnet(vnet, "nodes")["properties"]["ipConfigurations"]
    name = estate.nics(cluster)[0]["name"].upper()
    assert first["id"] == (
        f"/subscriptions/{SUBSCRIPTION}/resourceGroups/MC_RG-AKS1_AKS1_WESTEUROPE/PROVIDERS/MICROSOFT.COMPUTE"
        f"/VIRTUALMACHINESCALESETS/{name}/VIRTUALMACHINES/0/NETWORKINTERFACES/{name}/ipConfigurations/IPCONFIG1"
    )


def test_kubenet_has_one_route_a_node() -> None:
    estate, vnet, cluster = a_cluster("kubenet", pools=[{"name": "np1", "instances": (0, 2, 37), "count": 3}])
    table = estate.route_table_of(cluster)
    routes = table["properties"]["routes"]
    nodes = [str(addresses(nic)[0].network_address) for nic in estate.nics(cluster)]
    assert [route["properties"]["nextHopIpAddress"] for route in routes] == nodes
    assert [route["properties"]["addressPrefix"] for route in routes] == [f"10.244.{n}.0/24" for n in range(3)]
    assert routes[0]["name"].endswith("-vmss000000____102440024")
    assert routes[2]["name"].endswith("-vmss000011____102442024")
    assert table["properties"]["subnets"] == [{"id": subnet(vnet, "nodes")["id"]}]


def test_a_pool_may_be_ordered_twice() -> None:
    estate = Estate()
    vnet = estate.virtual_network(subnets={"one": "10.1.0.0/24", "two": "10.1.1.0/24"})
    pool = Pool(name="np1")
    used = [estate.cluster(name, subnet=subnet(vnet, name), pools=[pool]) for name in ("one", "two")]
    ids = [cluster["properties"]["agentPoolProfiles"][0]["vnetSubnetID"] for cluster in used]
    assert ids == [subnet(vnet, "one")["id"], subnet(vnet, "two")["id"]]


def test_a_table_of_the_owner_is_used() -> None:
    estate = Estate()
    vnet = estate.virtual_network()
    table = estate.route_table(routes={"0.0.0.0/0": "10.1.3.250"}, subnets=[subnet(vnet, "nodes")])
    cluster = estate.cluster("aks1", "kubenet", subnet=subnet(vnet, "nodes"))
    assert estate.route_table_of(cluster) is table
    assert len(table["properties"]["routes"]) == 4
    assert len(estate.of_type("routeTables")) == 1


def test_without_a_subnet_azure_makes_the_vnet() -> None:
    estate = Estate()
    cluster = estate.cluster("aks1", "kubenet")
    [vnet] = estate.of_type("virtualNetworks")
    assert vnet["id"].split("/")[4] == cluster["properties"]["nodeResourceGroup"]
    assert vnet["properties"]["addressSpace"]["addressPrefixes"] == ["10.224.0.0/12"]
    assert "vnetSubnetID" not in cluster["properties"]["agentPoolProfiles"][0]
    assert estate.route_table_of(cluster)["name"].endswith("-routetable")


def test_user_defined_routing_leads_to_a_firewall_nearby() -> None:
    estate = Estate()
    hub = estate.virtual_network("hub", "10.9.0.0/16", {})
    estate.azure_firewall(hub)
    spoke = estate.virtual_network("spoke", peer_with=[hub])
    nodes = subnet(spoke, "nodes")
    cluster = estate.cluster("aks1", subnet=nodes, outbound_type="userDefinedRouting")
    [route] = estate.route_table_of(cluster)["properties"]["routes"]
    assert ipaddress.IPv4Address(route["properties"]["nextHopIpAddress"]) in ipaddress.IPv4Network("10.9.0.0/16")
    assert estate.of_type("loadBalancers") == []


def test_availability_sets_and_windows_pools_have_names_of_their_own() -> None:
    estate, _, cluster = a_cluster(
        "cni-node-subnet",
        pools=[Pool(name="old", type="AvailabilitySet", count=1), Pool(name="win", os_type="Windows", count=1)],
    )
    [machine] = estate.nics(cluster, "old")
    [windows] = estate.nics(cluster, "win")
    assert machine["name"].endswith("-nic-0")
    assert machine["type"] == "Microsoft.Network/networkInterfaces"
    assert windows["name"] == "akswin"


def references(resource: Any) -> Iterator[str]:
    """Every ARM id that a resource refers to."""
    if isinstance(resource, dict):
        for key, value in resource.items():
            if key in ("id", "vnetSubnetID", "podSubnetID") and isinstance(value, str):
                yield value.lower()
            else:
                yield from references(value)
    elif isinstance(resource, list):
        for each in resource:
            yield from references(each)


@pytest.mark.parametrize("outbound", ["loadBalancer", "userDefinedRouting", "userAssignedNATGateway", "none"])
@pytest.mark.parametrize("model", MODELS)
def test_what_refers_to_something_finds_it(model: Model, outbound: str) -> None:
    estate, _, _ = a_cluster(model, outbound_type=outbound, private=True)
    everything = set(references(estate.resources))
    whole = {r["id"].lower() for r in estate.resources}
    dangling = {
        each for each in everything if not any(each == known or each.startswith(f"{known}/") for known in whole)
    }
    assert dangling == set()


def test_two_runs_write_the_same_bytes(tmp_path: Path) -> None:
    one, other = (a_cluster("kubenet")[0].write(tmp_path / f"{n}.jsonl").read_bytes() for n in range(2))
    assert one == other
    lines = [msgspec.json.decode(line) for line in one.splitlines()]
    assert lines[-1] == {"end": {"resources": len(lines) - 2, "gaps": 0}}
    assert lines[0]["inventory"]["subscriptions"] == [SUBSCRIPTION]


def capacity(clusters: Callable[[], Iterator[Json]]) -> list[tuple[float, float]]:
    return [
        (row["currentValue"], row["limit"])
        for resource in clusters()
        if resource["id"].endswith("/usages")
        for row in resource["value"]
    ]


def test_grows_networks_in_which_everything_fits() -> None:
    rows = capacity(lambda: grow(clusters=10, pools=2, nodes=3, subscriptions=2))
    assert len(rows) == 14  # two of the five models have a pod subnet
    assert all(used < limit for used, limit in rows)


def test_grows_by_subscription_and_varies_with_a_seed() -> None:
    small: dict[str, Any] = {"clusters": 6, "pools": 1, "nodes": 4, "subscriptions": 3}
    ids = {resource["id"].split("/")[2] for resource in grow(**small)}
    assert ids == {subscription_id(n) for n in (1, 2, 3)}
    assert list(grow(**small)) == list(grow(**small))
    assert list(grow(**small, seed=1)) == list(grow(**small, seed=1)) != list(grow(**small, seed=2))
    plugins = [
        r["properties"]["networkProfile"]["networkPlugin"] for r in grow(**small) if "sku" in r and "identity" in r
    ]
    assert plugins.count("kubenet") == 2
    assert len(MIXED) == 5


@pytest.mark.parametrize("models", [MIXED, ("cni-node-subnet",)])
def test_grows_vnets_clear_of_the_clusters_own_ranges(models: tuple[Model, ...]) -> None:
    for resource in grow(clusters=300, pools=1, nodes=1, models=models):
        prefixes = (
            resource["properties"]["addressSpace"]["addressPrefixes"]
            if "addressSpace" in resource.get("properties", {})
            else []
        )
        for prefix in prefixes:
            space = ipaddress.IPv4Network(prefix)
        profile = resource.get("properties", {}).get("networkProfile", {})
        if "serviceCidr" in profile:
            own = [ipaddress.IPv4Network(text) for text in (*profile.get("podCidrs", ()), profile["serviceCidr"])]
            assert not any(each.overlaps(space) for each in own)
