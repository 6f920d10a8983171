from aks_audit.rules.dns.names import listed, only
from tests.private_clusters import a_private_cluster, the_id


def test_lists_five_names_and_says_how_many_more_there_are() -> None:
    assert listed(["a", "b", "c", "d", "e"]) == "a, b, c, d, e"
    assert listed(["a", "b", "c", "d", "e", "f", "g"]) == "a, b, c, d, e and 2 more"


def test_a_finding_belongs_to_a_cluster_only_where_there_is_but_one() -> None:
    there = a_private_cluster()
    one, other = the_id(there.cluster), the_id(there.spoke)
    assert only((one, one)) == one
    assert only((one, other)) is None
    assert only(()) is None
