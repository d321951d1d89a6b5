"""Subscriptions and mutes as they are written: once each, found again, and never in somebody else's way."""

from collections.abc import Iterator
from datetime import UTC, datetime

import boto3
import pytest
from moto import mock_aws

from aws_ops import clock
from aws_ops.table import Table, create_table
from notifiers import subscription_items as items
from notifiers.hours import parse_hours
from notifiers.subscriptions import Filter, Mute, Subscription

NOW = int(datetime(2026, 11, 25, 12, 0, tzinfo=UTC).timestamp())
ODA, MIKA = "oda@example.com", "mika@example.com"


@pytest.fixture(scope="module")
def table() -> Iterator[Table]:
    with mock_aws(), pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI")
        client = boto3.resource("dynamodb", region_name="eu-west-1").meta.client
        create_table(client, "deskside")
        yield Table(client, "deskside")


@pytest.fixture(autouse=True)
def _noon() -> None:
    stand(NOW)


def stand(epoch: int) -> None:
    clock.set_source(lambda: datetime.fromtimestamp(epoch, UTC))


def sub(place: str, *kinds: str, by: str = ODA, scope: items.Scope = "all") -> Subscription:
    hours = parse_hours("8-18 mon-fri", "Asia/Tokyo")
    what = Filter(kinds=kinds, tag="Env=Prod", resource="ws-*")
    return items.subscription(place, what, severity="warning", hours=hours, by=by, scope=scope)


def mute(place: str, until: int, by: str = ODA) -> Mute:
    return items.mute(place, Filter(kinds=("cpu",)), severity="critical", alert=None, until=until, by=by)


def test_the_same_again_is_one_whoever_says_it_and_in_whatever_order(table: Table) -> None:
    first = sub("slack:C0ONCE", "cpu", "disk")

    assert items.write(table, first) == "new"
    assert items.write(table, sub("slack:C0ONCE", "disk", "cpu", "disk", by=MIKA)) == "again"
    assert items.write(table, sub("slack:C0ONCE", "disk")) == "new"
    assert set(items.at_place(table, "slack:C0ONCE")) == {first, sub("slack:C0ONCE", "disk")}
    assert first in items.everywhere(table)


def test_a_place_that_is_gone_hears_nothing_until_somebody_subscribes_there_again(table: Table) -> None:
    place = "slack:C0GONE"
    items.write(table, sub(place, "cpu"))
    items.write(table, sub(place, "disk"))

    assert items.disable(table, place, "the channel is archived") == 2
    assert items.disable(table, place, "again") == 0
    assert {one.disabled.why for one in items.at_place(table, place) if one.disabled} == {"the channel is archived"}
    assert items.write(table, sub(place, "cpu", by=MIKA)) == "changed"
    assert [one.disabled for one in items.at_place(table, place)] == [None, None]


def test_whoever_becomes_an_operator_hears_more_by_saying_it_again(table: Table) -> None:
    own = f"person:{MIKA}"
    items.write(table, sub(own, by=MIKA, scope="own"))

    assert items.write(table, sub(own, by=MIKA)) == "changed"
    assert [one.scope for one in items.at_place(table, own)] == ["all"]


def test_what_is_removed_is_gone_and_a_leaver_keeps_nothing(table: Table) -> None:
    own = "person:left@example.com"
    one, other = sub(own, "cpu"), sub(own, "disk")
    items.write(table, one)
    items.write(table, other)
    items.write_mute(table, mute(own, NOW + 60))

    assert items.remove(table, own, one.id)
    assert not items.remove(table, own, one.id)
    assert items.forget(table, own) == 1
    assert items.at_place(table, own) == () == items.mutes_at(table, own)


def test_a_mute_ends_at_its_own_time_and_nobody_shortens_anothers(table: Table) -> None:
    place = "slack:C0MUTE"

    assert items.write_mute(table, mute(place, NOW + 7200)) == NOW + 7200
    assert items.write_mute(table, mute(place, NOW + 60)) == NOW + 7200
    assert items.write_mute(table, mute(place, NOW + 3600, by=MIKA)) == NOW + 3600
    assert [(one.by, one.until) for one in items.mutes_at(table, place)] == [(MIKA, NOW + 3600), (ODA, NOW + 7200)]

    stand(NOW + 3600)

    assert [one.by for one in items.mutes_at(table, place)] == [ODA]
    assert [one.by for one in items.mutes(table) if one.place == place] == [ODA]
    assert items.end_mute(table, place, mute(place, 0).id)
    assert not items.end_mute(table, place, mute(place, 0).id)
    assert items.mutes_at(table, place) == ()


def test_what_nobody_can_read_is_left_out(table: Table, caplog: pytest.LogCaptureFixture) -> None:
    place = "slack:C0ODD"
    items.write(table, sub(place, "cpu"))
    table.put({"pk": f"SUB#{place}", "sk": "odd", "id": "odd", "severity": "apocalyptic"})

    assert [one.kinds for one in items.at_place(table, place)] == [("cpu",)]
    assert f"an item cannot be read: SUB#{place} odd" in caplog.text
