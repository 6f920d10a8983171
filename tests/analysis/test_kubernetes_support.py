from datetime import timedelta
from itertools import pairwise

from aks_audit.analysis.kubernetes_support import NEWEST, OLDEST, VERSIONS, minor_of


def test_versions_follow_each_other_in_number_and_time() -> None:
    ordered = sorted(VERSIONS)
    assert (ordered[0], ordered[-1]) == (OLDEST, NEWEST)
    for one, next_one in pairwise(ordered):
        assert next_one == (one[0], one[1] + 1)
        assert VERSIONS[one].community < VERSIONS[next_one].community


def test_long_term_support_is_a_year_more() -> None:
    for support in VERSIONS.values():
        assert timedelta(365) <= support.long_term - support.community <= timedelta(366)
        assert (support.community + timedelta(1)).day == 1


def test_a_version_is_read_from_its_text() -> None:
    assert [minor_of(text) for text in ("1.33.4", "v1.33", "1.9.11-hotfix", "1.35")] == [
        (1, 33),
        (1, 33),
        (1, 9),
        (1, 35),
    ]
    assert [minor_of(text) for text in ("", "stable", "1", "1.x", "1.33rc")] == [None] * 5
