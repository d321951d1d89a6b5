"""What was asked, and that it is written once."""

from collections.abc import Callable
from dataclasses import replace

from aws_ops import audit, clock
from aws_ops.audit import AuditEntry
from aws_ops.table import Table

Later = Callable[[int], None]
ON = AuditEntry(
    request="slack:1.2.3",
    person="mika@example.com",
    command="vpn on tokyo for 2h",
    resources=("vpn:tokyo",),
    place="slack:C1",
    correlation="7f3",
)


def test_a_request_is_accepted_once(table: Table, later: Later) -> None:
    assert audit.accept(table, ON)
    assert not audit.accept(table, ON)
    assert not audit.accept(table, replace(ON, person="ren@example.com", resources=("vpn:paris",)))
    (found,) = audit.by_person(table, "mika@example.com", since=0)
    assert (found.at, found.entry) == (clock.epoch(), ON)
    assert audit.by_person(table, "ren@example.com", since=0) == []
    assert audit.by_resource(table, "vpn:paris", since=0) == []


def test_where_it_is_kept(table: Table, later: Later) -> None:
    audit.accept(table, ON)
    (entry,) = table.query("AUDIT#2026-10-20")
    assert entry["g1pk"] == "WHO#mika@example.com"
    assert "expires" not in entry
    seen = table.get("SEEN#slack:1.2.3", "SEEN")
    assert seen is not None
    assert seen["expires"] == clock.epoch() + 2 * 24 * 3600


def test_an_outcome_is_another_entry(table: Table, later: Later) -> None:
    audit.accept(table, ON)
    later(5)
    audit.record(table, replace(ON, outcome="failed", detail="AWS refused AssociateClientVpnTargetNetwork"))
    found = audit.by_resource(table, "vpn:tokyo", since=0)
    assert [one.entry.outcome for one in found] == ["failed", "accepted"]
    assert [one.at for one in found] == [clock.epoch(), clock.epoch() - 5]
    assert audit.by_person(table, "mika@example.com", since=0) == found


def test_lists_are_newest_first_since_a_time(table: Table, later: Later) -> None:
    began = clock.epoch()
    for number in range(5):
        audit.accept(table, replace(ON, request=str(number), command=f"vpn status {number}"))
        later(86_400)
    for found in (
        audit.by_person(table, "mika@example.com", since=began + 86_400),
        audit.by_resource(table, "vpn:tokyo", since=began + 86_400),
    ):
        assert [one.entry.request for one in found] == ["4", "3", "2", "1"]
    assert [one.entry.request for one in audit.by_person(table, "mika@example.com", 0, limit=2)] == ["4", "3"]
    assert [one.entry.request for one in audit.by_resource(table, "vpn:tokyo", 0, limit=2)] == ["4", "3"]


def test_a_resource_named_twice_is_one(table: Table) -> None:
    assert audit.accept(table, replace(ON, resources=("vpn:tokyo", "vpn:paris", "vpn:tokyo")))
    assert len(audit.by_resource(table, "vpn:tokyo", since=0)) == 1
    assert len(audit.by_resource(table, "vpn:paris", since=0)) == 1


def test_nothing_named_is_nothing_pointed_to(table: Table) -> None:
    assert audit.accept(table, replace(ON, resources=()))
    assert len(audit.by_person(table, "mika@example.com", since=0)) == 1
