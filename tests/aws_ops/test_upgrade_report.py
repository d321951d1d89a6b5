"""The report of an upgrade: every machine in a row, a page that sums up, kept in a bucket whatever happens."""

import csv
import io
from dataclasses import replace

import pytest
from botocore.exceptions import ClientError

from aws_ops import upgrade_report, upgrade_runs, upgrade_summary
from aws_ops.bucket import Rate
from aws_ops.desk import Desk
from aws_ops.runs import run_key
from aws_ops.upgrade_items import Machine, Report, UpgradeOrder
from aws_ops.upgrade_plan import Excluded
from aws_ops.upgrade_report import COLUMNS, table
from aws_ops.upgrade_request import Request, words
from aws_ops.upgrade_snapshot import shown
from aws_ops.workspace_items import Terms

EIGHT = 1_792_483_200  # 2026-10-20, 08:00 UTC
MINUTE = 60
KEY = "arn:aws:kms:ap-northeast-1:123456789012:key/1"
REPORT = Report("deskside-reports", "workspaces-upgrades/", None)
ORDER = UpgradeOrder(
    op="upgrade",
    bundle="wsb-1",
    image="wsi-2",
    old_image="wsi-1",
    waves=(1, 3),
    canary_failures=0,
    gate="none",
    window=None,
    max_concurrent=10,
    notice_s=600,
    defers=2,
    snapshot="fresh",
    wait_s=12 * 3600,
    failure_rate=0.1,
    ssm=False,
    housekeeping=False,
    report=REPORT,
    requester="oda@example.com",
    approval=Terms(1, 3600, 600, ("ada@example.com",)),
    digest="d",
    rate=Rate(),
    role=None,
    tick_s=60,
    protect=None,
    reason="Patches\nof October",
    of=None,
    request=words(Request("wsb-1", "wsi-2")),
    plan={},
    names={"wsb-1": "Office", "wsi-2": "office-2"},
)
DONE = Machine(
    0,
    "ws-1",
    "mika",
    "WSAMZN-1",
    "mika@example.com",
    0,
    phase="done",
    baseline=EIGHT - 3600,
    fresh=EIGHT - 60,
    notified=True,
    requested=EIGHT,
    finished=EIGHT + 20 * MINUTE,
)
FAILED = replace(
    DONE, n=1, id="ws-2", user="ren", wave=1, phase="failed", notified=False, error="=cmd|' /C calc'!A0\nx"
)
TIMED_OUT = Machine(2, "ws-3", "alex", None, None, 1, phase="timed out", finished=EIGHT + 3600)
WAITING = Machine(3, "ws-4", "ada", "=HYPERLINK()", None, 1)
MACHINES = [DONE, FAILED, TIMED_OUT, WAITING]
LEFT_OUT = [Excluded("ws-9", "kim", "WSAMZN-9", "bundle", "is of another bundle (wsb-2)")]


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


# ---- the table


def test_the_first_nine_columns_are_what_they_always_were() -> None:
    assert ",".join(COLUMNS[:9]) == (
        "WorkspaceId,ComputerName,BaselineSnapshotIso,FreshSnapshotIso,NotifySeconds,UserNotified,RebuildRequested,"
        "RebuildRequestedAt,TimedOutWaiting"
    )
    assert COLUMNS[9:] == ("Outcome", "FinishedAt", "DurationSeconds", "Error", "Wave")


def test_a_row_says_everything_about_a_machine() -> None:
    (row,) = rows(table(600, [DONE], []))
    assert row == {
        "WorkspaceId": "ws-1",
        "ComputerName": "WSAMZN-1",
        "BaselineSnapshotIso": "2026-10-20T07:00:00Z",
        "FreshSnapshotIso": "2026-10-20T07:59:00Z",
        "NotifySeconds": "600",
        "UserNotified": "true",
        "RebuildRequested": "true",
        "RebuildRequestedAt": "2026-10-20T08:00:00Z",
        "TimedOutWaiting": "false",
        "Outcome": "done",
        "FinishedAt": "2026-10-20T08:20:00Z",
        "DurationSeconds": "1200",
        "Error": "",
        "Wave": "1",
    }


def test_none_is_forgotten_and_no_cell_is_a_formula() -> None:
    found = rows(table(0, MACHINES, LEFT_OUT))
    assert [(row["WorkspaceId"], row["Outcome"], row["Wave"]) for row in found] == [
        ("ws-1", "done", "1"),
        ("ws-2", "failed", "2"),
        ("ws-3", "timed out", "2"),
        ("ws-4", "waiting", "2"),
        ("ws-9", "excluded", ""),
    ]
    assert found[1]["Error"] == "'=cmd|' /C calc'!A0 x"
    assert (found[2]["TimedOutWaiting"], found[2]["RebuildRequested"], found[2]["DurationSeconds"]) == (
        "true",
        "false",
        "",
    )
    assert found[3]["ComputerName"] == "'=HYPERLINK()"
    assert found[4]["Error"] == "is of another bundle (wsb-2)"


# ---- the page


def page(machines: list[Machine] = MACHINES, **meta: object) -> str:
    item = {"run": "upgrade-1", "phase": "failed", "started": EIGHT - 3600, "began": EIGHT, "calls": 12, **meta}
    return upgrade_summary.summary(shown(item, ORDER, None, braked=False), machines, LEFT_OUT, EIGHT + 7200)


def test_the_page_sums_it_up() -> None:
    text = page(series=[0, 1, 1, 4], series_s=600, finished=EIGHT + 3600, bundle_updated=EIGHT)
    assert text == (
        "Upgrade of WorkSpaces: upgrade-1\n"
        "\n"
        "Upgraded: bundle Office (wsb-1), to image office-2 (wsi-2)\n"
        "Image before: wsi-1\n"
        "Asked for by: oda@example.com, 2026-10-20 07:00 UTC\n"
        "Reason: Patches of October\n"
        "\n"
        "Result: failed\n"
        "WorkSpaces: 4 (1 done, 1 failed, 1 timed out, 1 waiting)\n"
        "Began: 2026-10-20 08:00 UTC; ended: 2026-10-20 09:00 UTC, after 60 min\n"
        "A rebuild took: 20 min in the middle, 20 min at most\n"
        "The bundle has the image since 2026-10-20 08:00 UTC\n"
        "Calls of WorkSpaces: 12\n"
        "\n"
        "Done, every 10 min: ▁▃▁█ (at most 3)\n"
        "\n"
        "Waves:\n"
        "  1 (canary): 1 (1 done)\n"
        "  2: 3 (1 failed, 1 timed out, 1 waiting)\n"
        "\n"
        "Not done:\n"
        "  ws-2 ren: failed, =cmd|' /C calc'!A0 x\n"
        "  ws-3 alex: timed out\n"
        "\n"
        "Left out: 1\n"
        "  ws-9 kim is of another bundle (wsb-2)\n"
    )


def test_the_page_says_why_it_stopped_and_which_image_there_is() -> None:
    text = page(stop={"why": "person", "by": "ren@example.com", "at": EIGHT}, bundle_restored=EIGHT + 60)
    assert "Result: stopped by ren@example.com\n" in text
    assert "The bundle has its image from before again since 2026-10-20 08:01 UTC\n" in text
    assert "Result: stopped, because its canary was not healthy" in page(
        stop={"why": "canary", "by": None, "at": EIGHT}
    )


def test_the_page_stays_a_page() -> None:
    many = [replace(FAILED, n=number, id=f"ws-{number}") for number in range(500)]
    text = page(many)
    assert len(text.splitlines()) < 60
    assert "  and 480 more, which are in the table\n" in text


# ---- the bucket


@pytest.fixture
def run(desk: Desk) -> str:
    desk.sessions.client("s3").create_bucket(
        Bucket=REPORT.bucket, CreateBucketConfiguration={"LocationConstraint": desk.sessions.region}
    )
    begun = upgrade_runs.begin(desk, ORDER, MACHINES, LEFT_OUT, ())
    assert begun.run is not None
    return begun.run


def test_it_is_kept_and_can_be_read_again(desk: Desk, run: str) -> None:
    for _ in range(2):
        said = upgrade_report.write(desk, run, ORDER, "failed")
    assert said is not None
    assert (said["bucket"], said["key"], said["error"]) == (
        "deskside-reports",
        f"workspaces-upgrades/{run}.csv",
        None,
    )
    kept = upgrade_report.kept(desk, said)
    assert list(kept) == [f"{run}.csv", f"{run}.txt"]
    assert [row["WorkspaceId"] for row in rows(kept[f"{run}.csv"])] == ["ws-1", "ws-2", "ws-3", "ws-4", "ws-9"]
    assert "Result: failed\n" in kept[f"{run}.txt"]
    listed = desk.sessions.client("s3").list_objects_v2(Bucket=REPORT.bucket)["Contents"]
    assert len(listed) == 2
    assert "Result: approval\n" in upgrade_report.files(desk, run)[f"{run}.txt"]


def test_it_is_encrypted_with_the_key_that_was_named(desk: Desk, run: str) -> None:
    upgrade_report.write(desk, run, replace(ORDER, report=replace(REPORT, kms=KEY)), "done")
    told = desk.sessions.client("s3").head_object(Bucket=REPORT.bucket, Key=f"{REPORT.prefix}{run}.csv")
    assert (told["ServerSideEncryption"], told["SSEKMSKeyId"]) == ("aws:kms", KEY)
    assert told["ContentType"] == "text/csv; charset=utf-8"


def test_what_s3_refuses_is_told_and_ends_nothing(desk: Desk, run: str) -> None:
    said = upgrade_report.write(desk, run, replace(ORDER, report=replace(REPORT, bucket="nobodys-bucket")), "done")
    assert said is not None
    assert (said["key"], said["error"]) == (None, "AWS refused PutObject: NoSuchBucket")
    assert upgrade_report.kept(desk, said) == {}


def test_without_a_bucket_there_is_none_to_keep(desk: Desk, run: str) -> None:
    assert upgrade_report.write(desk, run, replace(ORDER, report=None), "done") is None


def test_a_run_that_is_gone_has_no_report(desk: Desk, run: str) -> None:
    desk.table.delete(*run_key(run))
    said = upgrade_report.write(desk, run, ORDER, "done")
    assert said is not None
    assert said["error"] is not None
    with pytest.raises(LookupError):
        upgrade_report.files(desk, run)


def test_a_report_that_was_deleted_is_an_error(desk: Desk, run: str) -> None:
    said = upgrade_report.write(desk, run, ORDER, "done")
    assert said is not None
    desk.sessions.client("s3").delete_object(Bucket=REPORT.bucket, Key=str(said["key"]))
    with pytest.raises(ClientError, match="NoSuchKey"):
        upgrade_report.kept(desk, said)
