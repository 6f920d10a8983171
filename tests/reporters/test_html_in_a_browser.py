"""The page as people meet it, in headless Chromium.

They run where AKS_AUDIT_BROWSER is set, as `.ci/run` does, which installs Chromium and axe-core first. Then both must
be there: `chromium` on the path, and in AKS_AUDIT_AXE the path of axe.min.js from the npm package axe-core.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from aks_audit.audit import audit
from aks_audit.collectors.input import Input
from aks_audit.collectors.load import load_network
from aks_audit.reporters.html import render
from aks_audit.rules import catalogue
from tests.estate import MIXED, Estate, Pool, subnet, subscription_id
from tests.networks import network_of

CHROMIUM: Final = shutil.which("chromium") or shutil.which("chromium-browser")
AXE: Final = os.environ.get("AKS_AUDIT_AXE", "")
WANTED: Final = bool(os.environ.get("AKS_AUDIT_BROWSER"))
FLAGS: Final = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
ColorScheme = Literal["light", "dark"]
LARGEST: Final = 5_000_000
PATIENCE: Final = 120_000
"""Milliseconds: machines are shared."""

pytestmark = pytest.mark.skipif(not WANTED, reason="needs Chromium and axe-core; .ci/run sets AKS_AUDIT_BROWSER")


@dataclass
class Visit:
    """A page that is open, what it said in the console, and what it asked for."""

    page: Page
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


Open = Callable[..., Visit]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM:
        pytest.fail("AKS_AUDIT_BROWSER is set, and there is no chromium here")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    report = audit(load_network(Input(demo=True), None, None), catalogue())
    return _written(tmp_path_factory.mktemp("demo"), render(report))


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _written(tmp_path_factory.mktemp("large"), render(audit(network_of(*two_hundred_clusters()), catalogue())))


def _written(folder: Path, page: str) -> Path:
    path = folder / "report.html"
    path.write_text(page, encoding="utf-8")
    return path


def two_hundred_clusters() -> list[Estate]:
    """Three pools of ten nodes each, models mixed, every kubenet cluster with a node that has no route."""
    estates: list[Estate] = []
    for part in range(4):
        estate = Estate(subscription_id(part + 1))
        estates.append(estate)
        hub = estate.virtual_network("vnet-hub", "10.255.0.0/16", {"shared": "10.255.4.0/24"})
        for number in range(50):
            subnets = {"nodes": f"10.{number}.0.0/22", "pods": f"10.{number}.64.0/18"}
            vnet = estate.virtual_network(f"vnet{number}", f"10.{number}.0.0/16", subnets, peer_with=[hub])
            model = MIXED[number % len(MIXED)]
            if model.startswith("cni-pod-subnet"):
                estate.delegate(subnet(vnet, "pods"))
            cluster = estate.cluster(
                f"aks{part}{number:02}",
                model,
                subnet=subnet(vnet, "nodes"),
                pod_subnet=subnet(vnet, "pods") if model.startswith("cni-pod-subnet") else None,
                pools=[
                    Pool(count=10),
                    Pool(name="np2", count=10, max_count=40, mode="User"),
                    Pool(name="np3", count=10, mode="User"),
                ],
            )
            if model == "kubenet":
                estate.route_table_of(cluster)["properties"]["routes"].pop()
    return estates


@pytest.fixture
def visit(browser: Browser) -> Iterator[Open]:
    contexts = []

    def open_page(path: Path, *, width: int = 1280, scheme: ColorScheme = "light") -> Visit:
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        visit = Visit(context.new_page())
        visit.page.on("console", lambda message: visit.said.append(f"{message.type}: {message.text}"))
        visit.page.on("pageerror", lambda error: visit.said.append(f"error: {error}"))
        visit.page.on("request", lambda request: visit.asked.append(request.url))
        visit.page.goto(path.as_uri())
        return visit

    yield open_page
    for context in contexts:
        context.close()


def shown(page: Page) -> int:
    return page.locator("details.finding:visible").count()


def background(page: Page) -> str:
    colour: str = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return colour


def test_it_asks_for_nothing_and_complains_of_nothing(visit: Open, demo: Path) -> None:
    opened = visit(demo)
    opened.page.click("#open")
    opened.page.select_option("#theme", "dark")
    assert opened.asked == [demo.as_uri()]
    assert opened.said == []


def test_a_finding_opens_its_sum_its_evidence_and_its_fix(visit: Open, demo: Path) -> None:
    page = visit(demo).page
    card = page.locator("details.finding", has_text="The node subnet cannot hold an upgrade").first
    assert not card.get_by_text("InsufficientSubnetSize: pre-allocated 313").is_visible()
    card.locator("summary").first.focus()
    page.keyboard.press("Enter")
    card.get_by_role("heading", name="How to fix it").wait_for()
    assert card.get_by_text("InsufficientSubnetSize: pre-allocated 313").is_visible()
    assert card.get_by_text("properties.agentPoolProfiles[orders].maxCount").is_visible()
    assert card.locator("pre").count() == 3
    assert card.get_by_text("azurerm_kubernetes_cluster_node_pool").is_visible()


def test_findings_are_filtered_by_severity_cluster_family_and_text(visit: Open, demo: Path) -> None:
    page = visit(demo).page
    everything = shown(page)
    assert page.locator("#shown").inner_text() == f"{everything} of {everything} shown"
    for severity in ("high", "medium", "low", "info"):
        page.uncheck(f"input[value={severity}]")
    critical = page.locator("details.finding.critical").count()
    assert 0 < shown(page) == critical < everything
    page.select_option("select[name=cluster]", label="aks-orders")
    assert 0 < shown(page) < critical
    page.click("text=Show all")
    page.wait_for_function(f"document.querySelectorAll('details.finding:not([hidden])').length === {everything}")
    page.select_option("select[name=family]", "kubenet")
    of_family = shown(page)
    assert 0 < of_family == page.locator("details.finding[data-family=kubenet]").count() < everything
    page.fill("input[name=text]", "10.20.0.77")
    assert shown(page) == 1
    page.fill("input[name=text]", "no such words")
    assert shown(page) == 0
    assert page.locator("#shown").inner_text() == f"0 of {everything} shown"


def test_a_link_to_a_finding_that_is_filtered_away_shows_it(visit: Open, demo: Path) -> None:
    page = visit(demo).page
    page.fill("input[name=text]", "no such words")
    page.locator(".steps a").first.click()
    page.wait_for_function("document.querySelector('details.finding').open")
    assert page.locator("details.finding").first.is_visible()


def test_the_theme_is_the_systems_until_somebody_chooses(visit: Open, demo: Path) -> None:
    light, dark = visit(demo).page, visit(demo, scheme="dark").page
    in_light, in_dark = background(light), background(dark)
    assert in_light != in_dark
    light.select_option("#theme", "dark")
    dark.select_option("#theme", "light")
    assert (background(light), background(dark)) == (in_dark, in_light)


def test_every_picture_has_words(visit: Open, demo: Path) -> None:
    page = visit(demo).page
    page.click("#open")
    pictures = page.locator("svg:not([aria-hidden])")
    assert pictures.count() > 6
    named: int = page.evaluate(
        "[...document.querySelectorAll('svg:not([aria-hidden])')].filter((svg) => svg.getAttribute('role') === 'img'"
        " && svg.getAttribute('aria-labelledby').split(' ').every((id) => document.getElementById(id).textContent"
        ".trim())).length"
    )
    assert named == pictures.count()


@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_stands_out_of_the_window(visit: Open, demo: Path, width: int) -> None:
    page = visit(demo, width=width).page
    page.click("#open")
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_the_printer_gets_everything_opened_and_each_fix_once(visit: Open, demo: Path) -> None:
    page = visit(demo).page
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.wait_for_timeout(100)
    assert page.locator("details:not([open])").count() == 0
    assert page.locator("details.finding pre").count() == 0
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("details.finding[open]").count() == 0


def test_two_hundred_clusters_stay_small_and_open_without_a_stall(visit: Open, large: Path) -> None:
    assert large.stat().st_size < LARGEST
    opened = visit(large)
    page = opened.page
    assert page.locator("svg.topology").count() == 200
    everything = page.locator("details.finding").count()
    page.fill("input[name=text]", "aks307")
    assert 0 < shown(page) < everything
    seconds: Any = page.evaluate(
        "(() => { const load = performance.getEntriesByType('navigation')[0]; return load.loadEventEnd; })()"
    )
    assert seconds < 20_000, "milliseconds until loaded: a stall, even on a busy machine"
    assert opened.asked == [large.as_uri()]
    assert opened.said == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_violation(visit: Open, demo: Path, scheme: ColorScheme) -> None:
    page = visit(demo, scheme=scheme).page
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    page.locator("details.finding pre").first.wait_for()
    assert serious_violations(page) == []


def test_axe_finds_no_serious_violation_among_two_hundred_clusters(visit: Open, large: Path) -> None:
    """Only the first twenty of each kind stay, since axe reads a page a hundred times as slowly as people do."""
    page = visit(large).page
    page.evaluate(
        "document.querySelectorAll('main > section').forEach((section) =>"
        " [...section.querySelectorAll(':scope > details')].slice(20).forEach((each) => each.remove()))"
    )
    assert serious_violations(page) == []


def serious_violations(page: Page) -> list[tuple[str, str, str]]:
    if not AXE:
        pytest.fail("AKS_AUDIT_BROWSER is set, and AKS_AUDIT_AXE does not say where axe-core is")
    page.evaluate(Path(AXE).read_text(encoding="utf-8"))
    result: dict[str, Any] = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    return [
        (violation["id"], node["html"][:200], node["failureSummary"])
        for violation in result["violations"]
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"][:3]
    ]


def test_the_printer_gets_no_fix_that_was_opened_and_closed(visit: Open, demo: Path) -> None:
    page = visit(demo).page
    page.click("#open")
    page.locator("details.finding pre").first.wait_for()
    page.click("#close")
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.wait_for_timeout(100)
    assert page.locator("details.finding pre:visible").count() == 0
    assert page.locator("details.finding .fix > a:visible").count() == page.locator("details.finding").count()
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    page.locator("details.finding summary").first.click()
    page.locator("details.finding pre:visible").first.wait_for()
    assert not page.locator("details.finding .fix > a").first.is_visible()


def test_on_a_phone_figures_stand_in_the_window_and_wide_pictures_say_so(visit: Open, demo: Path) -> None:
    page = visit(demo, width=390).page
    figures = "[...document.querySelectorAll('.bars b')].filter((each) => each.getBoundingClientRect().width)"
    assert page.evaluate(f"{figures}.length") > 6
    assert page.evaluate(f"{figures}.every((each) => each.getBoundingClientRect().right <= 390)")
    hint = "getComputedStyle(document.querySelector('.wide'), '::before').content"
    assert "scroll sideways" in page.evaluate(hint)
    assert "scroll sideways" not in visit(demo).page.evaluate(hint)
