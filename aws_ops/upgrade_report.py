"""The report of an upgrade: a row for each machine, and a page that sums them up; kept in a bucket.

`<prefix><run>.csv` and `<prefix><run>.txt`. The first nine columns are those that reports of upgrades always had.
"""

import logging
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import ClientError

from aws_ops import clock, errors, upgrade_runs, upgrade_snapshot, upgrade_summary
from aws_ops.csv_files import csv_text
from aws_ops.desk import Desk
from aws_ops.runs import run_key
from aws_ops.upgrade_items import Machine, Report, UpgradeOrder, order_of_run
from aws_ops.upgrade_plan import Excluded
from aws_ops.workflows.upgrade_facts import Phase, ReportShown
from aws_ops.workspace_items import approval_key

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

log = logging.getLogger(__name__)

COLUMNS = (
    "WorkspaceId",
    "ComputerName",
    "BaselineSnapshotIso",
    "FreshSnapshotIso",
    "NotifySeconds",
    "UserNotified",
    "RebuildRequested",
    "RebuildRequestedAt",
    "TimedOutWaiting",
    "Outcome",
    "FinishedAt",
    "DurationSeconds",
    "Error",
    "Wave",
)
EXCLUDED = "excluded"
"""The outcome of a machine that the plan left out; its error says why."""
_MOST_ERROR = 500


def table(notice_s: int, machines: Iterable[Machine], excluded: Iterable[Excluded]) -> str:
    """The report as a CSV file: a row for each machine, then one for each that was left out. Pure."""
    rows = [_row(one, notice_s) for one in machines]
    rows += [_left_out(one) for one in excluded]
    return csv_text(COLUMNS, rows)


def files(desk: Desk, run: str, phase: Phase | None = None) -> dict[str, str]:
    """The report as it is now, by the files' names; `phase` is the one to tell, where the run's is about to change.

    Raises LookupError when there is no such run, ClientError.
    """
    meta = desk.table.get(*run_key(run))
    if meta is None:
        raise LookupError(f"there is no run {run}")
    order, approval = order_of_run(meta), desk.table.get(*approval_key(run))
    shown = upgrade_snapshot.shown({**meta, "phase": phase or meta["phase"]}, order, approval, braked=False)
    machines, left_out = upgrade_runs.machines(desk, run), upgrade_runs.excluded(desk, run)
    return {
        f"{run}.csv": table(order.notice_s, machines, left_out),
        f"{run}.txt": upgrade_summary.summary(shown, machines, left_out, clock.epoch()),
    }


def write(desk: Desk, run: str, order: UpgradeOrder, phase: Phase) -> ReportShown | None:
    """Keep the report in the order's bucket, where it has one: where it is, or why it could not be written.

    `phase`: how the run ends now. Written again it is the same two objects. Nothing that S3 may say is raised: a run
    ends whatever becomes of its report. Raises ClientError and BotoCoreError where the table cannot be read: then there
    is nothing to write yet.
    """
    if order.report is None:
        return None
    said: ReportShown = {"bucket": order.report.bucket, "key": None, "at": clock.epoch(), "error": None}
    texts: dict[str, str] | None = None
    try:
        texts = files(desk, run, phase)
        keys = [_put(desk, order.report, name, text) for name, text in texts.items()]
    except Exception as error:
        if texts is None and errors.trace(error) is None:
            raise
        log.warning("the report of run %s was not written: %s", run, error, exc_info=errors.trace(error))
        return {**said, "error": errors.say_answer(error)}
    return {**said, "key": keys[0]}


def kept(desk: Desk, report: ReportShown) -> dict[str, str]:
    """The report as it was written, by the files' names; none where it was not. Raises ClientError."""
    table_key = report["key"]
    if table_key is None:
        return {}
    s3 = cast("S3Client", desk.sessions.client("s3"))
    found = {}
    for key in (table_key, f"{table_key.removesuffix('.csv')}.txt"):
        content = s3.get_object(Bucket=report["bucket"], Key=key)["Body"].read()
        found[key.rpartition("/")[2]] = content.decode()
    return found


def told(desk: Desk, run: str) -> dict[str, str]:
    """The report for whoever asks for it: as it is now, or as it was kept where the run's machines go with its end.

    Raises LookupError when there is no such run, ClientError.
    """
    meta = desk.table.get(*run_key(run))
    if meta is None:
        raise LookupError(f"there is no run {run}")
    report: ReportShown | None = meta.get("report")
    if report is None or report["key"] is None or not order_of_run(meta).housekeeping:
        return files(desk, run)
    return kept(desk, report)


def attached(desk: Desk, run: str) -> dict[str, str]:
    """The same for what is said of a run's end, which is said without it where S3 does not give it to us.

    Raises as `told` does for the table.
    """
    try:
        return told(desk, run)
    except ClientError as error:
        if error.operation_name != "GetObject":
            raise
        log.warning("the report of run %s cannot be read: %s", run, errors.say(error))
        return {}


def _put(desk: Desk, report: Report, name: str, text: str) -> str:
    """Its key."""
    s3 = cast("S3Client", desk.sessions.client("s3"))
    key = f"{report.prefix}{name}"
    kind = "text/csv" if name.endswith(".csv") else "text/plain"
    locked: dict[str, Any] = (
        {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": report.kms} if report.kms is not None else {}
    )
    s3.put_object(Bucket=report.bucket, Key=key, Body=text.encode(), ContentType=f"{kind}; charset=utf-8", **locked)
    return key


def _row(one: Machine, notice_s: int) -> Sequence[object]:
    lasted = one.finished - one.requested if one.finished is not None and one.requested is not None else ""
    return (
        one.id,
        one.computer or "",
        _iso(one.baseline),
        _iso(one.fresh),
        notice_s,
        _yes(one.notified),
        _yes(one.requested is not None),
        _iso(one.requested),
        _yes(one.phase == "timed out"),
        one.phase,
        _iso(one.finished),
        lasted,
        " ".join((one.error or "").split())[:_MOST_ERROR],
        one.wave + 1,
    )


def _left_out(one: Excluded) -> Sequence[object]:
    return (one.id, one.computer or "", "", "", "", "false", "false", "", "false", EXCLUDED, "", "", one.why, "")


def _yes(said: bool) -> str:
    return "true" if said else "false"


def _iso(at: int | None) -> str:
    return "" if at is None else f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%SZ}"
