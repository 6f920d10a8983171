"""The stand-in's Resource Graph: it takes the fixed set of queries and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from .arm import StandIn
from .estate import SUBSCRIPTION, Estate, Json, subnet

TABLES = "resources | where type in~ ('Microsoft.Network/routeTables') | project id, type, zones | order by id asc"


@pytest.fixture
def standin() -> Iterator[StandIn]:
    estate = Estate()
    vnet = estate.virtual_network("vnet", "10.1.0.0/16", {"nodes": "10.1.0.0/24"})
    for number in range(5):
        estate.route_table(f"rt{number}", subnets=[subnet(vnet, "nodes")] if not number else [])
    with StandIn(estate.resources) as running:
        yield running


def ask(standin: StandIn, query: str = TABLES, version: str = "2024-04-01", **options: Any) -> requests.Response:
    return requests.post(
        f"{standin.base_url}/providers/Microsoft.ResourceGraph/resources?api-version={version}",
        json={"subscriptions": [SUBSCRIPTION], "query": query, "options": options},
        headers={"Authorization": "Bearer x"},
        verify=standin.ca_file,
        timeout=10,
    )


def test_pages_follow_the_token_and_say_how_many_there_are(standin: StandIn) -> None:
    options: dict[str, Any] = {"$top": 2}
    pages: list[Json] = [ask(standin, **options).json()]
    while token := pages[-1].get("$skipToken"):
        pages.append(ask(standin, **options, **{"$skipToken": token}).json())
    assert [page["count"] for page in pages] == [2, 2, 1]
    assert {page["totalRecords"] for page in pages} == {5}
    assert {page["resultTruncated"] for page in pages} == {"false"}
    names = [row["id"].rpartition("/")[2] for page in pages for row in page["data"]]
    assert names == [f"rt{number}" for number in range(5)]


def test_rows_have_the_columns_asked_for_and_null_for_what_is_absent(standin: StandIn) -> None:
    row = ask(standin).json()["data"][0]
    assert {**row, "id": ""} == {"id": "", "type": "microsoft.network/routetables", "zones": None}


@pytest.mark.parametrize(
    "query",
    [
        "resources",
        "resources | where type =~ 'a/b' | project id | order by id asc",
        TABLES.replace(" | order by id asc", ""),
        TABLES.replace("project id", "take 3 | project id"),
    ],
)
def test_any_other_query_is_refused(query: str, standin: StandIn) -> None:
    answer = ask(standin, query)
    assert answer.status_code == 400
    assert answer.json()["error"]["details"][0]["code"] == "InvalidQuery"


def test_what_the_caller_may_not_see_is_left_out_without_a_word(standin: StandIn) -> None:
    standin.hidden_from_graph.add(SUBSCRIPTION)
    assert ask(standin).json()["totalRecords"] == 0


def test_a_group_that_may_not_be_read_is_left_out_too(standin: StandIn) -> None:
    standin.readable_groups[SUBSCRIPTION] = {"other"}
    assert ask(standin).json()["totalRecords"] == 0


def test_headers_say_what_is_left_of_the_quota(standin: StandIn) -> None:
    standin.graph_quota, standin.graph_quota_counts = 1, True
    first, second = ask(standin), ask(standin)
    assert (first.status_code, second.status_code) == (200, 429)
    assert first.headers["x-ms-user-quota-remaining"] == "0"
    assert first.headers["x-ms-user-quota-resets-after"] == "00:00:05"


def test_a_version_that_it_does_not_know_is_refused(standin: StandIn) -> None:
    assert ask(standin, version="2019-04-01").json()["error"]["code"] == "NoRegisteredProviderFound"


def test_posts_to_other_addresses_are_refused(standin: StandIn) -> None:
    answer = requests.post(f"{standin.base_url}/providers/other?api-version=1", verify=standin.ca_file, timeout=10)
    assert answer.status_code == 405
