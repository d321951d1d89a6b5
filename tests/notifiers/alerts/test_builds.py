"""What people are told of pipelines, builds and stacks."""

import pytest

from notifiers.message import Table
from tests.notifiers.alerts.fixture import buttons, facts, links, only

PIPELINE = "eventbridge_codepipeline_pipeline_"


def test_a_pipeline_that_failed_is_over_when_it_succeeds() -> None:
    failed, fine = only(f"{PIPELINE}failed"), only(f"{PIPELINE}succeeded")
    assert (failed.kind, failed.state, failed.severity, failed.lasting) == ("pipeline", "open", "warning", True)
    assert (failed.title, failed.who) == ("Pipeline images has failed", "mika@example.com")
    assert facts(failed)["Attempt"] == "1"
    assert (fine.state, fine.about) == ("closed", failed.about)
    assert failed.key != fine.key
    assert links(failed) == [
        "https://eu-central-1.console.aws.amazon.com/codesuite/codepipeline/pipelines/images/view?region=eu-central-1"
    ]


def test_a_notification_rule_says_which_action_failed() -> None:
    alert = only("pipeline_failed_by_notification_rule")
    assert alert.about == only(f"{PIPELINE}failed").about
    assert alert.summary == ("Pipeline images has failed: stage Build; Bake, Build terminated with state: FAILED.")


@pytest.mark.parametrize(
    ("name", "title", "severity"),
    [
        ("pipeline_stopped", "Pipeline images was stopped", "warning"),
        ("pipeline_superseded", "Pipeline images was overtaken by a newer execution", "info"),
        ("pipeline_stage_failed", "Stage Build of pipeline images has failed", "warning"),
        ("pipeline_action_failed", "Action Bake of pipeline images has failed", "warning"),
        ("pipeline_waits_for_approval", "Pipeline images waits for an approval, Agree", "info"),
        ("build_stopped", "Build of bake was stopped", "warning"),
        ("stack_update_in_progress", "Stack jupyter-mika is being updated", "info"),
        ("stack_rollback_complete", "Stack jupyter-mika could not be created and was taken back", "warning"),
    ],
)
def test_what_is_neither_wrong_nor_over_is_a_notice(name: str, title: str, severity: str) -> None:
    alert = only(name)
    assert (alert.title, alert.state, alert.severity) == (title, "notice", severity)


def test_an_action_that_failed_leads_to_what_it_ran() -> None:
    assert buttons(only("pipeline_action_failed"))["Open the action"] == (
        "https://eu-central-1.console.aws.amazon.com/codesuite/codebuild/projects/bake/build/bake:86a1cd00"
    )


def test_a_build_that_failed_says_in_which_phase_and_why() -> None:
    failed, fine = only("build_failed"), only("eventbridge_codebuild_build_state_change")
    assert failed.summary == (
        "Build of bake has failed: BUILD, COMMAND_EXECUTION_ERROR: "
        "Error while executing command: make image. Reason: exit status 2."
    )
    assert (failed.state, failed.lasting, failed.who) == ("open", True, "codepipeline/images")
    assert facts(failed)["Took"] == "48 s"
    assert buttons(failed)["Open the log"] == (
        "https://console.aws.amazon.com/cloudwatch/home?region=eu-central-1"
        "#logEvent:group=/aws/codebuild/bake;stream=86a1cd00"
    )
    assert (fine.state, fine.about, fine.summary) == ("closed", failed.about, "Build of bake has succeeded.")
    assert (
        only("build_timed_out").summary == "Build of bake took too long: BUILD, BUILD_TIMED_OUT: Build has timed out."
    )


@pytest.mark.parametrize(
    ("name", "state", "severity", "summary"),
    [
        (
            "stack_rollback_in_progress",
            "open",
            "warning",
            "Stack jupyter-mika could not be created and is being taken back: "
            "The following resource(s) failed to create: [Instance]. Rollback requested by user.",
        ),
        (
            "stack_update_rollback_failed",
            "open",
            "critical",
            "Stack jupyter-mika could not be updated, nor put back: "
            "The following resource(s) failed to update: [Volume].",
        ),
        (
            "stack_delete_failed",
            "open",
            "warning",
            "Stack jupyter-mika could not be deleted: The following resource(s) failed to delete: [Bucket].",
        ),
        ("eventbridge_cloudformation_stack_status_change", "closed", "ok", "Stack jupyter-mika was created."),
        ("stack_delete_complete", "closed", "ok", "Stack jupyter-mika was deleted."),
    ],
)
def test_a_stack_says_what_became_of_it_and_why(name: str, state: str, severity: str, summary: str) -> None:
    alert = only(name)
    assert (alert.kind, alert.state, alert.severity, alert.summary) == ("stack", state, severity, summary)
    assert alert.about == only("stack_delete_complete").about


def test_a_stack_that_drifted_lists_what_did() -> None:
    alert = only("stack_drifted")
    assert (alert.state, alert.about.split()[0]) == ("open", "drift")
    assert alert.blocks == (
        Table(columns=("Resource", "Type", "Drift"), rows=(("Door", "AWS::EC2::SecurityGroup", "MODIFIED"),)),
    )
