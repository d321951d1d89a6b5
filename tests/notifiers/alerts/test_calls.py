"""Who made a call, what was denied, and calls that no other function knows."""

from typing import Any

import pytest

from notifiers.alerts.identity import who
from notifiers.message import Code
from tests.notifiers.alerts.fixture import alerts, commands, event, facts, links, only


def role(name: str, arn: str, **session: Any) -> dict[str, Any]:
    return {
        "type": "AssumedRole",
        "arn": f"arn:aws:sts::123456789012:assumed-role/{arn}",
        "sessionContext": {"sessionIssuer": {"userName": name}, **session},
    }


@pytest.mark.parametrize(
    ("identity", "said"),
    [
        (role("Operations", "Operations/oda"), "oda (role Operations)"),
        (role("Changes", "x/y", sourceIdentity="mika@example.com"), "mika@example.com (role Changes)"),
        (role("AWSReservedSSO_Data-Team_0a1b2c3d4e5f6a7b", "x/ren"), "ren (permission set Data-Team)"),
        (role("Stacks", "x/oda") | {"invokedBy": "cloudformation.amazonaws.com"},
         "oda (role Stacks), through cloudformation.amazonaws.com"),
        ({"type": "IAMUser", "userName": "build-agent"}, "build-agent (IAM user)"),
        ({"type": "Root", "accountId": "123456789012"}, "The root user of account 123456789012"),
        ({"type": "AWSService", "invokedBy": "autoscaling.amazonaws.com"}, "autoscaling.amazonaws.com (AWS itself)"),
        ({"type": "AWSAccount", "accountId": "444455556666"}, "Somebody of account 444455556666"),
        ({"type": "SAMLUser", "userName": "ren@example.com"}, "ren@example.com"),
        ({"type": "FederatedUser", "arn": "arn:aws:sts::123456789012:federated-user/oda"}, "oda"),
        ({"type": "IdentityCenterUser", "onBehalfOf": {"userId": "90670a1b2c"}}, "90670a1b2c"),
        ({"type": "AssumedRole", "principalId": "AROAEXAMPLE:probe"}, "probe"),
        ({}, "Somebody whom AWS does not name"),
        ({"type": ["Root"], "arn": None, "userName": {}}, "Somebody whom AWS does not name"),
    ],
)  # fmt: skip
def test_who_made_a_call_is_named_as_cloudtrail_names_them(identity: dict[str, Any], said: str) -> None:
    assert who(identity) == said


def test_a_call_that_deskside_made_for_somebody_names_that_person() -> None:
    assert only("workspaces_rebuild_by_deskside").who == "mika@example.com (role deskside-changes)"
    assert only("workspaces_rebuild_failed_request").who == "deskside.rebuild (role deskside-changes)"


def test_a_denied_call_is_one_alert_that_names_who_what_on_what_and_why() -> None:
    alert = only("workspaces_terminate_denied")
    assert (alert.kind, alert.state, alert.severity) == ("denied", "open", "warning")
    assert alert.title == "build-agent (IAM user) was denied workspaces:TerminateWorkspaces"
    why = "No identity-based policy allows the workspaces:TerminateWorkspaces action"
    assert alert.summary == f"{alert.title}: {why} (on ws-0a1b2c3d1, ws-0a1b2c3d2)."
    assert alert.resources == ("ws-0a1b2c3d1", "ws-0a1b2c3d2")
    assert facts(alert)["Error"] == "AccessDenied"
    assert facts(alert)["From"] == "198.51.100.23"
    assert commands(alert) == []
    assert len(links(alert)) == 1


def test_whoever_is_denied_again_and_again_is_one_alert() -> None:
    first = only("workspaces_terminate_denied")
    other = {"terminateWorkspaceRequests": [{"workspaceId": "ws-0a1b2c3d8"}]}
    later = only("workspaces_terminate_denied", requestParameters=other, eventID="later")
    assert later.fingerprint == first.fingerprint
    assert later.key != first.key


def test_all_elements_of_a_denied_batch_are_its_resources() -> None:
    asked = event("workspaces_terminate_25")["detail"]["requestParameters"]
    alert = only("workspaces_terminate_denied", requestParameters=asked, errorMessage="No.")
    assert len(alert.resources) == 25
    assert facts(alert)["On"] == "ws-0a1b2c300, ws-0a1b2c301, ws-0a1b2c302 and 22 more"
    (block,) = alert.blocks
    assert isinstance(block, Code)
    assert tuple(block.text.split("\n")) == alert.resources


@pytest.mark.parametrize(
    ("name", "ends"),
    [
        ("denied_s3_put_bucket_policy", "was denied s3:PutBucketPolicy: Access Denied (on deskside-configs)."),
        ("denied_assume_role_other_account", "was denied sts:AssumeRole on arn:aws:iam::123456789012:role/Operations."),
        (
            "denied_iam_by_identity_center",
            "An explicit deny in a service control policy (on ren, arn:aws:iam::aws:policy/AdministratorAccess).",
        ),
        ("sagemaker_delete_notebook_denied", "was denied sagemaker:DeleteNotebookInstance on Genomics."),
    ],
)
def test_denials_of_any_service_say_as_much_as_aws_does(name: str, ends: str) -> None:
    alert = only(name)
    assert alert.kind == "denied"
    assert alert.summary.endswith(ends)


def test_the_message_that_only_aws_can_decode_is_left_out() -> None:
    alert = only("ec2_run_instances_denied")
    assert ": You are not authorized to perform this operation (on ami-" in alert.summary


@pytest.mark.parametrize(
    "code",
    ["AccessDenied", "AccessDeniedException", "Client.UnauthorizedOperation", "AuthorizationErrorException",
     "NotAuthorized", "UnauthorizedException", "AuthFailure", "Forbidden"],
)  # fmt: skip
def test_every_way_in_which_aws_says_no_is_a_denial(code: str) -> None:
    assert only("workspaces_create_failed_call", errorCode=code).kind == "denied"


def test_a_call_that_nothing_else_knows_is_told_as_a_call() -> None:
    bucket = only("eventbridge_cloudtrail_api_call_envelope_s3")
    assert (bucket.kind, bucket.state) == ("other", "notice")
    assert bucket.title == "The root user of account 123456789012 called s3:CreateBucket"
    assert bucket.summary == "The root user of account 123456789012 called s3:CreateBucket on deskside-reports-test."
    bundle = only("workspaces_update_bundle")
    assert (
        bundle.summary
        == "oda (role Operations) called workspaces:UpdateWorkspaceBundle on wsb-0a1b2c3d4, wsi-0a1b2c3d4."
    )
    failed = only("workspaces_update_bundle", errorCode="ResourceNotFoundException", errorMessage="No such image.")
    assert (failed.state, failed.title) == ("open", "workspaces:UpdateWorkspaceBundle failed")
    assert failed.summary.endswith("on wsb-0a1b2c3d4, wsi-0a1b2c3d4: No such image.")


def test_a_dry_run_that_would_have_worked_did_not_fail() -> None:
    assert {alert.state for alert in alerts("ec2_run_instances", errorCode="Client.DryRunOperation")} == {"notice"}


def test_a_call_in_china_or_govcloud_is_linked_to_where_it_is() -> None:
    (link,) = links(only("denied_s3_put_bucket_policy", awsRegion="cn-north-1"))
    assert link.startswith("https://cn-north-1.console.amazonaws.cn/cloudtrailv2/home?region=cn-north-1#/events/")
    assert links(only("denied_s3_put_bucket_policy", awsRegion="evil.example/")) == []
