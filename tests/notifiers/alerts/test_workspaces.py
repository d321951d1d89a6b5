"""Calls about WorkSpaces: each element of each batch, done or not, and who asked for it."""

import pytest

from notifiers.alerts.read import read
from tests.notifiers.alerts.fixture import SENT, alerts, commands, event, facts, links, only

CREATED = "RECONSTRUCTED_eventbridge_workspaces_create_two_one_failed"
TERMINATED = "RECONSTRUCTED_eventbridge_workspaces_terminate_two"


def test_of_three_that_were_asked_for_two_are_being_created_and_one_could_not_be() -> None:
    mika, ren, nobody = alerts(CREATED)
    assert [alert.kind for alert in (mika, ren, nobody)] == ["workspace-created"] * 2 + ["workspace-failed"]
    assert mika.title == "A WorkSpace for mika is being created"
    assert mika.summary == "A WorkSpace for mika is being created: oda (role Operations) asked for it."
    assert (mika.state, mika.severity, mika.resources) == ("notice", "info", ("ws-0a1b2c3d1",))
    assert facts(mika)["Running mode"] == "auto stop"
    assert "Running mode" not in facts(ren)
    assert commands(mika) == ["workspace ws-0a1b2c3d1"]

    assert nobody.summary == "A WorkSpace for nobody could not be created: The user is not in the directory."
    assert (nobody.state, nobody.severity, nobody.lasting) == ("open", "warning", False)
    assert facts(nobody)["Error"] == "ResourceNotFound.User"
    assert nobody.hint == "Check how the user is written in the directory, then type /workspace create."
    assert commands(nobody) == []
    assert len({alert.key for alert in (mika, ren, nobody)}) == 3
    assert len({alert.fingerprint for alert in (mika, ren, nobody)}) == 3


def test_a_call_that_failed_as_a_whole_failed_for_each_of_its_elements() -> None:
    found = alerts("workspaces_create_failed_call")
    assert [alert.title for alert in found] == [
        "A WorkSpace for mika could not be created",
        "A WorkSpace for ren could not be created",
    ]
    assert {alert.hint for alert in found} == {"Ask AWS for a higher quota, or terminate WorkSpaces that nobody needs."}


def test_every_one_of_25_is_told_and_the_two_that_failed_apart() -> None:
    found = alerts("workspaces_terminate_25")
    assert sorted(alert.resources[0] for alert in found) == [f"ws-0a1b2c3{number:02}" for number in range(25)]
    assert [alert.resources[0] for alert in found if alert.state == "open"] == ["ws-0a1b2c303", "ws-0a1b2c317"]
    assert len({alert.key for alert in found}) == 25


def test_one_that_is_being_terminated_has_nothing_to_press() -> None:
    first, second = alerts(TERMINATED)
    assert first.summary == "WorkSpace ws-0a1b2c3d1 is being terminated: oda (role Operations) asked for it."
    assert second.resources == ("ws-0a1b2c3d2",)
    assert first.buttons == ()


def test_the_same_event_once_more_has_the_same_keys_and_times() -> None:
    again = event(CREATED) | {"id": "another-delivery"}
    assert [alert.key for alert in read(again, SENT).alerts] == [alert.key for alert in alerts(CREATED)]


@pytest.mark.parametrize(
    ("name", "kind", "title"),
    [
        ("workspaces_rebuild_by_deskside", "workspace-rebuilt", "WorkSpace ws-0a1b2c3d1 is being rebuilt"),
        ("workspaces_migrate", "workspace-rebuilt", "WorkSpace ws-0a1b2c3d1 is being migrated to another bundle"),
        ("workspaces_stop", "workspace-changed", "WorkSpace ws-0a1b2c3d1 is being stopped"),
        ("workspaces_modify_state", "workspace-changed", "WorkSpace ws-0a1b2c3d1 changes its state"),
        ("workspaces_modify_properties", "workspace-changed", "WorkSpace ws-0a1b2c3d1 gets other properties"),
    ],
)
def test_what_is_done_to_a_workspace_has_its_own_words(name: str, kind: str, title: str) -> None:
    alert = only(name)
    assert (alert.kind, alert.title, alert.state) == (kind, title, "notice")


def test_what_is_changed_is_among_the_facts() -> None:
    assert facts(only("workspaces_modify_state"))["State"] == "admin maintenance"
    properties = facts(only("workspaces_modify_properties"))
    assert (properties["Running mode"], properties["Compute type"]) == ("always on", "performance")


def test_a_migrated_workspace_is_looked_at_under_its_new_id() -> None:
    alert = only("workspaces_migrate")
    assert alert.resources == ("ws-0a1b2c3d1", "ws-0a1b2c3d9")
    assert commands(alert) == ["workspace ws-0a1b2c3d9"]


def test_what_failed_can_be_asked_for_again_and_looked_at_in_aws() -> None:
    restarted, stopped = alerts("workspaces_reboot_partly_failed")
    assert (restarted.kind, stopped.kind) == ("workspace-changed", "workspace-failed")
    assert commands(stopped) == ["workspace ws-0a1b2c3d2", "workspace reboot ws-0a1b2c3d2"]
    assert stopped.hint == "Look at the state that it is in, and try it again when that allows it."
    assert commands(only("workspaces_restore_failed_call"))[1] == "workspace restore ws-0a1b2c3d1"
    workspace, call = links(only("workspaces_rebuild_failed_request"))
    begins = "https://ap-northeast-1.console.aws.amazon.com/"
    assert workspace == f"{begins}workspaces/v2/workspaces/ws-0a1b2c3d1?region=ap-northeast-1"
    assert call.startswith(f"{begins}cloudtrailv2/home?region=ap-northeast-1#/events/")


def test_failures_of_different_operations_are_different_alerts_and_of_the_same_one_alert() -> None:
    rebuilt = only("workspaces_rebuild_failed_request")
    assert rebuilt.fingerprint != only("workspaces_restore_failed_call").fingerprint
    later = only("workspaces_rebuild_failed_request", eventID="later", eventTime="2026-11-03T09:14:30Z")
    assert (later.fingerprint, later.at) == (rebuilt.fingerprint, rebuilt.at + 86_400)
    assert later.key != rebuilt.key


def test_the_elements_are_found_whatever_the_list_of_a_request_is_called() -> None:
    alert = only("workspaces_rebuild_by_deskside", requestParameters={"workspaces": [{"workspaceId": "ws-0a1b2c3d7"}]})
    assert alert.resources == ("ws-0a1b2c3d7",)


def test_an_answer_that_cloudtrail_left_out_is_told_by_the_request() -> None:
    found = alerts(CREATED, responseElements=None)
    assert [alert.title for alert in found][2] == "A WorkSpace for nobody is being created"
    assert {alert.resources for alert in found} == {()}


def test_a_call_that_names_no_workspace_is_said_as_it_is() -> None:
    found = read(event(TERMINATED) | {"detail": event(TERMINATED)["detail"] | {"requestParameters": None}}, SENT)
    assert not found.known
    assert [alert.kind for alert in found.alerts] == ["other"]


def test_no_button_is_made_of_what_is_no_id() -> None:
    hostile = {"terminateWorkspaceRequests": [{"workspaceId": "ws-1 --all\nvpn off tokyo"}]}
    failed = {"failedRequests": [{"workspaceId": "ws-1 --all\nvpn off tokyo", "errorCode": "X", "errorMessage": "Y"}]}
    alert = only("workspaces_rebuild_by_deskside", requestParameters=hostile, responseElements=failed)
    assert commands(alert) == []


def test_a_login_says_which_workspace_and_from_where_as_aws_names_nobody() -> None:
    alert = only("eventbridge_workspaces_access")
    assert (alert.kind, alert.who) == ("workspace-login", None)
    assert alert.summary == "Somebody logged in to WorkSpace ws-0a1b2c3d1."
    assert facts(alert) == {
        "WorkSpace": "ws-0a1b2c3d1",
        "Client": "WorkSpaces Desktop client on Windows",
        "Address": "192.0.2.44",
        "Directory": "d-90670a1b2c",
    }
    assert alert.at == 1_793_610_852.595
    assert commands(alert) == ["workspace ws-0a1b2c3d1"]
