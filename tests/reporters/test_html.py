"""The page as a text: what stands in it, and that nothing in it is somebody else's. The browser's tests look at it."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from syrupy.assertion import SnapshotAssertion

from aks_audit.report import Report
from aks_audit.reporters.html import render
from aks_audit.reporters.html.growth import growths_of
from tests.estate import Estate, Pool, subnet

from .accepted import accepted_report
from .reports import HOSTILE, empty_report, faulty_report, hostile_report, report_of, unknown_report, unlisted_report

VOID = {"meta", "input", "br", "link", "img", "hr"}
FROM_ELSEWHERE = {"src", "srcset", "data", "poster", "background", "action", "formaction", "xlink:href", "style"}


class Reader(HTMLParser):
    """Collects tags, and holds the page to having each closed in its place."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(page)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]

    def words(self) -> str:
        return " ".join(" ".join(self.text).split())


def inner(page: str, tag: str) -> str:
    found = re.search(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
    assert found
    return found[1]


def section(page: str, name: str) -> str:
    return page.partition(f'<section id="{name}"')[2].partition("</section>")[0]


def test_shows_the_faults(html_file: SnapshotAssertion) -> None:
    """The whole page but for its style and its script, which are files of their own, and their hashes."""
    page = render(faulty_report())
    for tag in ("style", "script"):
        page = page.replace(inner(page, tag), "\n")
    assert re.sub("'sha256-[^']*'", "'sha256-...'", page) == html_file


@pytest.mark.parametrize(
    "report", [faulty_report(), unknown_report(), unlisted_report(), empty_report(), accepted_report()]
)
def test_every_tag_is_closed_every_id_stands_once_and_every_link_leads_somewhere(report: Report) -> None:
    reader = Reader(render(report))
    ids = [attributes["id"] for _, attributes in reader.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    targets = [attributes["href"] or "" for attributes in reader.all("a")]
    assert {target[1:] for target in targets if target.startswith("#")} <= set(ids)
    for _, attributes in reader.tags:
        for name in (attributes.get("aria-labelledby") or "").split():
            assert name in ids


def test_the_policy_allows_this_style_and_this_script_and_nothing_else() -> None:
    page = render(faulty_report())
    policy = next(m["content"] for m in Reader(page).all("meta") if m.get("http-equiv") == "Content-Security-Policy")
    style, script = (
        base64.b64encode(hashlib.sha256(inner(page, tag).encode()).digest()).decode() for tag in ("style", "script")
    )
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}'; "
        "base-uri 'none'; form-action 'none'"
    )
    assert page.count("<script") == page.count("<style") == 1


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_adds_no_tag_and_no_attribute(name: str) -> None:
    page, harmless = render(hostile_report(HOSTILE[name])), render(hostile_report("harmless"))
    mine, other = Reader(page), Reader(harmless)
    kinds = {(tag, frozenset(attributes) - {"title"}) for tag, attributes in mine.tags}
    assert kinds <= {(tag, frozenset(attributes) - {"title"}) for tag, attributes in other.tags}
    assert {tag for tag, _ in mine.tags} == {tag for tag, _ in other.tags}
    for _, attributes in mine.tags:
        assert not FROM_ELSEWHERE & set(attributes)
        assert not any(attribute.startswith("on") for attribute in attributes)
    for character in ("\x1b", "\x9b", "\u202e", "\u2066", "\U000e0041", "x" * 1000):
        assert character not in page


def test_links_that_leave_the_page_are_the_rules_own_sources() -> None:
    links = [a["href"] or "" for a in Reader(render(hostile_report(HOSTILE["link"]))).all("a")]
    away = [link for link in links if not link.startswith("#")]
    assert away
    assert all(link.startswith(("https://learn.microsoft.com/", "https://github.com/")) for link in away)


def test_the_verdict_and_what_runs_out_first_stand_at_the_top() -> None:
    page = render(faulty_report())
    top = " ".join(re.sub("<[^>]+>", " ", page.partition('<section id="findings"')[0].partition("<h1")[2]).split())
    assert "2 critical in 3 of 5 clusters" in top
    assert top.index("Do first") < top.index("Runs out first")
    first = top.partition("Runs out first")[2]
    assert first.startswith(" vnet-hub/shared of green, orange: an upgrade of one pool needs 280 of 251 usable: 29 ")


def test_what_could_not_be_told_is_said_at_the_top_and_has_a_section() -> None:
    page = render(unknown_report())
    assert "Nothing found" in page
    assert "1 check could not tell.</a> What was not read is not fine; it is not known." in page
    told = section(page, "unknown")
    assert "<strong>routeTables</strong>: 403 AuthorizationFailed" in told
    assert "Reader on that scope is enough" in told
    assert "But not everything could be told" in section(page, "findings")


def test_a_finding_has_its_sum_its_evidence_and_all_three_fixes() -> None:
    page = render(faulty_report())
    card = (
        section(page, "findings").partition("A kubenet node has no route for its pods")[2].partition("\n</details>")[0]
    )
    assert "<span>Sum:</span> 15 nodes - 14 with a route = 1 without</p>" in card
    assert "<code>properties.routes" in card
    assert '<div class="fix"><a href="#rule-kubenet-route-missing">' in card
    rule = page.partition('id="rule-kubenet-route-missing"')[2].partition("</details>")[0]
    for language in ("Azure CLI", "Bicep", "Terraform"):
        assert f"<em>{language}</em>" in rule
    assert rule.count("<pre><code") == 3


def test_suppressed_known_and_gone_have_sections_of_their_own() -> None:
    page = render(accepted_report())
    assert "No finding that is not in the baseline." in section(page, "findings")
    assert section(page, "known").count('<details class="finding') == 1
    accepted = section(page, "suppressed")
    assert "<strong>Accepted:</strong> known since &lt;May&gt;, by net team, until 2026-12-01</p>" in accepted
    assert "rt-old has a route of a node that is no longer there" in section(page, "gone")
    assert "1 finding of the baseline was not looked at again" in section(page, "notices")


def test_the_picture_of_a_cluster_marks_the_broken_line() -> None:
    page = render(faulty_report())
    blue = page.partition("Network of cluster blue</title>")[2].partition("</figure>")[0]
    assert blue.count('<path class="line broken"') == 1
    assert blue.count('<rect class="node broken"') == 1
    assert 'class="loud">MISSING FOR 1 NODE</text>' in blue
    assert "<li>BROKEN: subnet kube leads to table aks-agentpool" in blue


def test_a_map_shows_every_address_of_a_subnet() -> None:
    estate = Estate()
    vnet = estate.virtual_network("vnet", "10.9.0.0/16", {"nodes": "10.9.0.0/26"})
    estate.cluster("aks", "cni-node-subnet", subnet=subnet(vnet, "nodes"), pools=[Pool(count=1, max_pods=30)])
    estate.virtual_machine_nic(subnet(vnet, "nodes"), "vm")
    picture = section(render(report_of(estate)), "subnets").partition('<svg class="addresses"')[2]
    assert (
        "Addresses of 10.9.0.0/26: 1 nodes of aks/np1, 30 for pods of aks/np1, 1 virtual machine vm, "
        "5 kept by Azure, 27 free." in picture
    )
    assert "<title>10.9.0.0 to 10.9.0.3: kept by Azure</title>" in picture
    assert "<title>10.9.0.4: nodes of aks/np1</title>" in picture
    assert "<title>10.9.0.5 to 10.9.0.34: for pods of aks/np1</title>" in picture
    assert "<title>10.9.0.35: virtual machine vm</title>" in picture
    assert "<title>10.9.0.63: kept by Azure</title>" in picture


def test_ipv6_is_named_and_not_drawn() -> None:
    estate = Estate()
    vnet = estate.virtual_network("vnet", ["10.9.0.0/16", "fd00:9::/48"], {"nodes": ["10.9.0.0/26", "fd00:9::/64"]})
    estate.cluster("aks", "cni-node-subnet", subnet=subnet(vnet, "nodes"), pools=[Pool(count=1, max_pods=30)])
    page = render(report_of(estate))
    assert section(page, "subnets").count('<svg class="addresses"') == 1
    assert "Not drawn: <code>fd00:9::/64</code>. An IPv6 subnet has more addresses" in section(page, "subnets")
    assert " 1 IPv6 range is not drawn; what overlaps among them is listed." in section(page, "ranges")


def test_a_subnet_says_whose_it_is() -> None:
    heading = section(render(faulty_report()), "subnets").partition("</summary>")[0]
    assert '<strong>vnet-hub/shared</strong> <span class="quiet">of green, orange:</span>' in heading


def test_a_page_of_many_draws_the_same_in_fewer_words(monkeypatch: pytest.MonkeyPatch) -> None:
    few = render(faulty_report())
    monkeypatch.setattr("aks_audit.reporters.html.cluster._PICTURES_WITH_HINTS", 0)
    monkeypatch.setattr("aks_audit.reporters.html.page._MAPS_WITH_HINTS", 0)
    many = render(faulty_report())
    blue = many.partition("Network of cluster blue</title>")[2].partition("</figure>")[0]
    assert re.findall(r'<path class="nodes" d="M9 [\d.]+h(\d+)"/>', blue) == ["165", "39"]
    assert blue.count('<rect class="node broken"') == 1
    shared = many.partition("Addresses of 10.1.1.0/24")[2].partition("</svg>")[0]
    assert '<path class="a-reserved" d="M0 0h44v11h-44zM693 33h11v11h-11z"/>' in shared
    assert len(many) < len(few)


def test_addresses_that_azure_does_not_show_are_not_called_free() -> None:
    subnets = section(render(faulty_report()), "subnets")
    pods = subnets.partition("Addresses of 10.2.8.0/21: ")[2].partition("</title>")[0]
    assert "free" not in pods
    assert pods.startswith("5 kept by Azure, 2,043 not seen in use; Azure does not show all that is held here. ")
    unknown = "not known how many more"
    later = f"{unknown} in an upgrade of all pools; {unknown} at the autoscaler&#39;s maximum."
    assert pods.endswith(f"The subnet needs: {later}")


def test_ranges_that_overlap_harmfully_are_marked_and_listed() -> None:
    estate = Estate()
    vnet = estate.virtual_network("vnet", "10.0.0.0/16", {"nodes": "10.0.0.0/24"})
    estate.cluster("aks", "cni-overlay", subnet=subnet(vnet, "nodes"), pod_cidr="10.0.0.0/17")
    page = section(render(report_of(estate)), "ranges")
    assert "Overlaps that break something" in page
    assert 'class="r-pod broken"' in page
    assert "<td>pod CIDR 10.0.0.0/17 of aks</td><td>subnet 10.0.0.0/24 of nodes</td>" in page


def test_a_long_page_says_less_of_each_finding() -> None:
    report = faulty_report()
    long = render(replace(report, findings=report.findings * 300))
    card = section(long, "findings").partition("cannot hold an upgrade")[2].partition("\n</details>")[0]
    assert card.count("<tr><td") == 2
    assert " more; the JSON report has all.</p>" in card
    assert "fingerprint" not in card
    assert '<div class="fix"><a href="#rule-subnet-too-small-for-upgrade">' in card


def test_no_style_stands_at_an_element_since_the_policy_would_drop_it() -> None:
    assert " style=" not in render(faulty_report())


def test_a_map_marks_what_an_upgrade_and_the_autoscaler_need_more() -> None:
    page = render(faulty_report())
    subnets = section(page, "subnets")
    assert "The subnet needs: 93 more in an upgrade of all pools, short by 91; 93 more at the autoscaler" in subnets
    assert '<path class="g-upgrade" d="M' in subnets
    assert '<path class="g-maximum" d="M' in subnets
    words = " ".join(Reader(page).words().split())
    assert "more in an upgrade of all pools 93 short by 91" in words


def test_a_map_says_where_nobody_knows_how_many_more_are_needed() -> None:
    capacity = replace(faulty_report().subnets[0], used=None)
    assert [growth.words.partition(",")[0] for growth in growths_of(capacity, range(9), 3, 1, 0)] == [
        "not known how many more in an upgrade of all pools",
        "not known how many more at the autoscaler's maximum",
    ]
