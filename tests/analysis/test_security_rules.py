"""Which rule decides about a flow, by example and against a naive reference."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_network
from itertools import product

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aks_audit.analysis.flows import (
    Allowed,
    Denied,
    Endpoint,
    Flow,
    Layer,
    Part,
    PartlyDenied,
    Undecided,
    Verdict,
    show,
)
from aks_audit.analysis.intervals import EVERYWHERE, NOTHING, Intervals, of_networks, union
from aks_audit.analysis.security_rules import judge
from aks_audit.analysis.service_tags import HOST, VirtualNetworkTag
from aks_audit.inventory import Resource, ResourceId
from aks_audit.model import PortRange, SecurityGroup
from aks_audit.model.security_group import security_group_from_arm
from tests.estate import Estate, Json, security_rule
from tests.naive_security import SPACE, Packet, allows, deciding_rule
from tests.strategies import OPEN_TAGS, security_rules

NODES = "10.0.0.0/30"


def a_group(rules: list[Json], name: str = "nsg") -> Json:
    return Estate().network_security_group(name, rules)


def read(group: Json) -> SecurityGroup:
    resource = Resource(ResourceId.of(group["id"]), group["type"], msgspec.json.encode(group))
    return security_group_from_arm(resource)[0]


def addresses(*prefixes: str) -> Intervals:
    return of_networks(ip_network(prefix) for prefix in prefixes)


def a_tag(possible: Intervals = NOTHING, when_allowing: Intervals = NOTHING) -> VirtualNetworkTag:
    return VirtualNetworkTag(certain=union(addresses(SPACE), HOST), possible=possible, when_allowing=when_allowing)


def inbound(*rules: Json, tag: VirtualNetworkTag | None = None) -> list[Layer]:
    return [Layer(group=read(a_group(list(rules))), is_inbound=True, virtual_network=tag or a_tag())]


def outbound(*rules: Json) -> list[Layer]:
    worded = [{**rule, "properties": {**rule["properties"], "direction": "Outbound"}} for rule in rules]
    return [Layer(group=read(a_group(worded)), is_inbound=False, virtual_network=a_tag())]


def a_flow(source: str = NODES, destination: str = NODES, port: int = 443, protocol: str = "Tcp") -> Flow:
    ends = [Endpoint(addresses=addresses(text)) for text in (source, destination)]
    return Flow(source=ends[0], destination=ends[1], protocol=protocol, ports=(PortRange(port, port),))


def to_tag(tag: str) -> Flow:
    return Flow(
        source=Endpoint(addresses=addresses(NODES)),
        destination=Endpoint(service_tag=tag),
        protocol="Tcp",
        ports=(PortRange(443, 443),),
    )


def deciders(verdict: Verdict) -> list[str]:
    assert not isinstance(verdict, Undecided), verdict
    return [part.by.rule.name for part in verdict.parts]


def gap_of(verdict: Verdict) -> str:
    assert isinstance(verdict, Undecided), verdict
    assert verdict.gap.scope.endswith("/nsg")
    return f"{verdict.gap.code}: {verdict.gap.message}"


# ------------------------------------------------------------------------------------------- by example


def test_the_default_rules_let_nodes_talk_and_probes_in_and_the_internet_not() -> None:
    assert deciders(judge(inbound(), a_flow())) == ["AllowVnetInBound"]
    probe = judge(inbound(), a_flow("168.63.129.16/32"))
    assert isinstance(probe, Allowed)
    strange = judge(inbound(), a_flow("20.0.0.1/32"))
    assert isinstance(strange, Denied)
    assert deciders(strange) == ["DenyAllInBound"]
    assert deciders(judge(outbound(), a_flow(destination="20.0.0.1/32"))) == ["AllowInternetOutBound"]


def test_the_default_rules_hold_where_an_answer_leaves_them_out() -> None:
    group = a_group([])
    group["properties"]["defaultSecurityRules"] = []
    layer = Layer(group=read(group), is_inbound=True, virtual_network=a_tag())
    assert deciders(judge([layer], a_flow())) == ["AllowVnetInBound"]
    assert deciders(judge([layer], a_flow("20.0.0.1/32"))) == ["DenyAllInBound"]


def test_without_a_group_everything_passes() -> None:
    assert judge([], a_flow()) == Allowed(())


@pytest.mark.parametrize(("allow", "deny", "kind"), [(100, 200, Allowed), (200, 100, Denied)])
def test_the_smaller_priority_decides(allow: int, deny: int, kind: type) -> None:
    layers = inbound(security_rule("no", deny), security_rule("yes", allow, "Allow"))
    assert isinstance(judge(layers, a_flow()), kind)


def test_both_groups_must_allow_and_the_first_that_denies_is_named() -> None:
    closed, open_ = inbound(security_rule("no", 100)), inbound(security_rule("yes", 100, "Allow"))
    assert deciders(judge([*open_, *closed], a_flow())) == ["no"]
    assert deciders(judge([*closed, *open_], a_flow())) == ["no"]
    assert deciders(judge([*open_, *open_], a_flow())) == ["yes", "yes"]


def test_a_rule_for_the_other_direction_counts_not() -> None:
    assert isinstance(judge(inbound(security_rule("no", 100, direction="Outbound")), a_flow()), Allowed)
    assert isinstance(judge(inbound(security_rule("no", 100, direction="INBOUND")), a_flow()), Denied)


@pytest.mark.parametrize(
    ("protocol", "ports", "kind"),
    [
        ("Udp", "*", Allowed),
        ("tcp", "443", Denied),
        ("*", ["80", "440-450"], Denied),
        ("*", "442", Allowed),
        ("*", "444-65535", Allowed),
        ("Icmp", "*", Allowed),
    ],
)
def test_protocol_and_ports_have_to_match(protocol: str, ports: str | list[str], kind: type) -> None:
    layers = inbound(security_rule("no", 100, protocol=protocol, ports=ports))
    assert isinstance(judge(layers, a_flow()), kind)


def test_says_which_part_is_denied() -> None:
    layers = inbound(security_rule("no", 100, protocol="Tcp", source="10.0.0.0/31", ports=["22", "10250"]))
    flow = Flow(source=Endpoint(addresses=addresses(NODES)), destination=Endpoint(addresses=addresses(NODES)))
    verdict = judge(layers, flow)
    assert isinstance(verdict, PartlyDenied)
    (part,) = verdict.parts
    assert str(part) == "TCP on port 22, 10250"
    assert (show(part.source), show(part.destination)) == ("10.0.0.0/31", NODES)
    assert {each.by.rule.name for each in verdict.allowed} == {"AllowVnetInBound"}


def test_a_source_port_narrows_a_rule() -> None:
    rule = security_rule("no", 100)
    rule["properties"]["sourcePortRange"] = "1024-2047"
    assert isinstance(judge(inbound(rule), a_flow()), PartlyDenied)


def test_members_of_an_application_security_group() -> None:
    rule = security_rule("no", 100, source="")
    asg = "/subscriptions/s/resourceGroups/r/providers/Microsoft.Network/applicationSecurityGroups/asg"
    rule["properties"]["sourceApplicationSecurityGroups"] = [{"id": asg.upper()}]
    layers, flow = inbound(rule), a_flow()
    groups = frozenset({ResourceId.of(asg)})

    def source(
        all_are_in: frozenset[ResourceId] = frozenset(), some_are_in: frozenset[ResourceId] = frozenset()
    ) -> Flow:
        members = Endpoint(
            addresses=addresses(NODES),
            application_security_groups=all_are_in,
            some_application_security_groups=some_are_in,
        )
        return replace(flow, source=members)

    assert isinstance(judge(layers, source()), Allowed)
    assert deciders(judge(layers, source(all_are_in=groups))) == ["no"]
    partly = judge(layers, source(some_are_in=groups))
    assert gap_of(partly) == "NotKnown: what rule no matches is not known here"


# ------------------------------------------------------------------------------------------- what is not known


def test_an_access_that_nobody_knows_is_neither() -> None:
    verdict = judge(inbound(security_rule("odd", 100, "Audit")), a_flow())
    assert gap_of(verdict) == "NotKnown: rule odd has the access 'Audit', which is not known here"


def test_a_protocol_or_direction_that_nobody_knows_may_match() -> None:
    for odd in (security_rule("odd", 100, protocol="Sctp"), security_rule("odd", 100, direction="Sideways")):
        assert gap_of(judge(inbound(odd), a_flow())) == "NotKnown: what rule odd matches is not known here"
    same = security_rule("odd", 100, "Allow", protocol="Sctp")
    assert isinstance(judge(inbound(same), a_flow()), Allowed), "either way it is allowed"


def test_a_rule_without_a_side_or_ports_may_match() -> None:
    for field in ("sourceAddressPrefix", "destinationAddressPrefix", "destinationPortRange"):
        rule = security_rule("odd", 100)
        rule["properties"][field] = ""
        assert gap_of(judge(inbound(rule), a_flow())) == "NotKnown: what rule odd matches is not known here"


def test_a_group_that_did_not_parse_tells_nothing() -> None:
    layers = inbound(security_rule("broken", 4000, "Allow", source="10.0.0.0/99"))
    assert "InvalidValue" in gap_of(judge(layers, a_flow()))


def test_a_denial_further_on_is_one_whatever_was_not_known_before() -> None:
    unsure, closed = inbound(security_rule("odd", 100, source="Contoso")), inbound(security_rule("no", 100))
    assert isinstance(judge(unsure, a_flow()), Undecided)
    assert deciders(judge([*unsure, *closed], a_flow())) == ["no"]


# ------------------------------------------------------------------------------------------- service tags

DENY_ALL = security_rule("deny-all", 4096)


@pytest.mark.parametrize(
    ("destination", "kind"),
    [
        ("AzureCloud.westeurope", Allowed),
        ("AZURECLOUD", Allowed),
        ("Internet", Allowed),
        ("0.0.0.0/0", Allowed),
        (["0.0.0.0/1", "128.0.0.0/1"], Allowed),
        ("*", Allowed),
        ("AzureCloud.northeurope", Undecided),
        ("Storage.westeurope", Undecided),
        ("Contoso", Undecided),
        ("20.0.0.0/8", Undecided),
        ("10.0.0.0/8", Denied),
        ("VirtualNetwork", Denied),
        ("AzureLoadBalancer", Denied),
        ("AzurePlatformDNS", Denied),
    ],
)
def test_what_an_allow_before_a_deny_does_for_a_tag(destination: str | list[str], kind: type) -> None:
    layers = outbound(security_rule("allow", 100, "Allow", destination=destination), DENY_ALL)
    assert isinstance(judge(layers, to_tag("AzureCloud.westeurope")), kind)


@pytest.mark.parametrize(
    ("tag", "kind"),
    [("MicrosoftContainerRegistry", Denied), ("AzureFrontDoor.FirstParty", Undecided), ("Storage.eastus", Denied)],
)
def test_azure_cloud_holds_the_services_but_for_those_at_the_edge(tag: str, kind: type) -> None:
    layers = outbound(security_rule("no", 100, destination="AzureCloud"))
    assert isinstance(judge(layers, to_tag(tag)), kind)


def test_a_tag_of_public_addresses_says_nothing_about_nodes() -> None:
    layers = inbound(security_rule("no", 100, source="Storage"), security_rule("nor", 101, source="Internet"))
    assert deciders(judge(layers, a_flow())) == ["AllowVnetInBound"]


def test_a_deny_of_the_virtual_network_hits_probes() -> None:
    verdict = judge(inbound(security_rule("no", 100, source="VirtualNetwork")), a_flow("168.63.129.16/32"))
    assert deciders(verdict) == ["no"]


def test_where_the_virtual_network_may_reach_further_a_denial_by_it_is_not_certain() -> None:
    layers = inbound(security_rule("no", 100, source="VirtualNetwork"), tag=a_tag(addresses("10.9.0.0/16")))
    ask = a_flow("10.9.0.0/24")
    assert isinstance(judge(layers, ask), Denied), "if not by this rule, then by the last"
    open_ = security_rule("yes", 101, "Allow")
    layers = inbound(security_rule("no", 100, source="VirtualNetwork"), open_, tag=a_tag(addresses("10.9.0.0/16")))
    assert gap_of(judge(layers, ask)) == "NotKnown: how far VirtualNetwork reaches there is not known"


def test_a_default_route_makes_the_internet_the_virtual_network_or_not_and_both_lead_out() -> None:
    tag = a_tag(EVERYWHERE)
    layer = Layer(group=read(a_group([])), is_inbound=False, virtual_network=tag)
    assert isinstance(judge([layer], to_tag("AzureCloud")), Allowed)


def test_overlay_pods_are_let_through_by_the_tag_and_perhaps_denied() -> None:
    pods = addresses("10.244.0.0/16")
    ask = a_flow("10.244.0.0/16", "10.244.0.0/16")
    assert isinstance(judge(inbound(tag=a_tag(when_allowing=pods)), ask), Allowed)
    same = security_rule("vnet", 100, "Allow", source="VirtualNetwork", destination="VirtualNetwork")
    assert isinstance(judge(inbound(same, DENY_ALL, tag=a_tag(when_allowing=pods)), ask), Allowed)
    deny = security_rule("no", 100, source="VirtualNetwork", destination="VirtualNetwork")
    assert isinstance(judge(inbound(deny, tag=a_tag(when_allowing=pods)), ask), Undecided)
    assert isinstance(judge(inbound(DENY_ALL, tag=a_tag(when_allowing=pods)), ask), Denied)


# ------------------------------------------------------------------------------------------- at random

SOURCES = ("10.0.0.0/30", "10.0.0.2/31", "20.0.0.0/30", "168.63.129.16/32")
PORTS = (1, 2, 3, 4, 6)


@st.composite
def questions(draw: st.DrawFn) -> tuple[str, str, str, tuple[int, int]]:
    first = draw(st.sampled_from(PORTS))
    last = draw(st.sampled_from([port for port in PORTS if port >= first]))
    protocol = draw(st.sampled_from(("Tcp", "Udp", "*")))
    return draw(st.sampled_from(SOURCES)), draw(st.sampled_from(SOURCES)), protocol, (first, last)


def packets(question: tuple[str, str, str, tuple[int, int]]) -> list[Packet]:
    source, destination, protocol, (first, last) = question
    return [
        Packet(str(a), str(b), one, port)
        for a, b in product(ip_network(source), ip_network(destination))
        for one in (("tcp", "udp") if protocol == "*" else (protocol,))
        for port in range(first, last + 1)
    ]


def asked(question: tuple[str, str, str, tuple[int, int]]) -> Flow:
    source, destination, protocol, (first, last) = question
    return Flow(
        source=Endpoint(addresses=addresses(source)),
        destination=Endpoint(addresses=addresses(destination)),
        protocol=protocol,
        ports=(PortRange(first, last),),
    )


def holds(part: Part, packet: Packet) -> bool:
    number = {"tcp": 0, "udp": 1}[packet.protocol.lower()]
    place = (addresses(packet.source)[0][0], addresses(packet.destination)[0][0], number, 40000, packet.port)
    return all(any(a <= n <= b for a, b in side) for n, side in zip(place, part.box, strict=True))


def outcome(groups: list[Json], packet: Packet, contents: dict[str, str]) -> tuple[bool, list[str]]:
    """Whether it passes outbound, then inbound; and the rules that decided, up to the first denial."""
    names = []
    for group, direction in zip(groups, ("Outbound", "Inbound"), strict=True):
        rule = deciding_rule(group, packet, direction, contents)
        names.append(rule["name"])
        if not allows(rule):
            return False, names
    return True, names


def layers_of(groups: list[Json]) -> list[Layer]:
    return [
        Layer(group=read(group), is_inbound=direction == "Inbound", virtual_network=a_tag())
        for group, direction in zip(groups, ("Outbound", "Inbound"), strict=True)
    ]


@settings(deadline=None, max_examples=300)
@given(out=security_rules("Outbound"), into=security_rules("Inbound"), question=questions())
def test_agrees_with_the_naive_reference(
    out: list[Json], into: list[Json], question: tuple[str, str, str, tuple[int, int]]
) -> None:
    groups = [a_group(out, "a"), a_group(into, "b")]
    verdict = judge(layers_of(groups), asked(question))
    assert not isinstance(verdict, Undecided)
    results = {packet: outcome(groups, packet, {}) for packet in packets(question)}
    passed = {through for through, _ in results.values()}
    assert passed == {Allowed: {True}, Denied: {False}, PartlyDenied: {True, False}}[type(verdict)]
    denied = () if isinstance(verdict, Allowed) else verdict.parts
    through = verdict.allowed if isinstance(verdict, PartlyDenied) else verdict.parts
    for packet, (is_allowed, names) in results.items():
        of_it = [part.by.rule.name for part in (through if is_allowed else denied) if holds(part, packet)]
        assert of_it == (names if is_allowed else names[-1:])


CONTENTS = st.fixed_dictionaries(
    {tag.lower(): st.sampled_from(("20.0.0.0/30", "20.0.0.2/31", "20.9.9.9/32")) for tag in OPEN_TAGS}
)


@settings(deadline=None, max_examples=300)
@given(
    out=security_rules("Outbound", with_open_tags=True),
    into=security_rules("Inbound", with_open_tags=True),
    question=questions(),
    contents=CONTENTS,
)
def test_what_it_tells_holds_whatever_stands_behind_a_tag(
    out: list[Json],
    into: list[Json],
    question: tuple[str, str, str, tuple[int, int]],
    contents: dict[str, str],
) -> None:
    groups = [a_group(out, "a"), a_group(into, "b")]
    verdict = judge(layers_of(groups), asked(question))
    results = {packet: outcome(groups, packet, contents) for packet in packets(question)}
    if isinstance(verdict, Allowed):
        assert all(through for through, _ in results.values())
    if isinstance(verdict, Denied):
        assert not any(through for through, _ in results.values())
    if isinstance(verdict, PartlyDenied):
        inside = {packet for packet in results if any(holds(part, packet) for part in verdict.parts)}
        assert inside
        assert not any(results[packet][0] for packet in inside)
