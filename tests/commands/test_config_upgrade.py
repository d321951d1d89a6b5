"""The configuration's `upgrade`, and how its numbers are written."""

import pytest

from commands import upgrade_values as values
from commands.config import Config, ConfigFaults

LEAST = "admin_place: slack:C0ADMIN\nidentity: {domains: [example.com]}\n"
WHOLE = """
upgrade:
  canary: 5%
  waves: [10, 20%]
  canary_failures: 1
  gate: true
  window: "20-6 mon-fri Europe/Berlin"
  concurrent: 0
  notice: 600s
  defers: 0
  snapshot: next
  timeout: 2d
  failures: 5
  poll: 30s
  ssm: true
  housekeeping: true
  report:
    bucket: deskside-reports
    prefix: upgrades/
    kms: arn:aws:kms:eu-central-1:123456789012:key/0a1b2c3d-4e5f-4601-8a2b-0a1b2c3d4e5f
"""


def test_what_is_usual() -> None:
    usual = Config.parse(LEAST).upgrade

    assert (usual.canary, usual.waves, usual.canary_failures, usual.gate) == ("5", ("25", "100"), 0, False)
    assert (usual.window, usual.concurrent, usual.notice, usual.defers) == (None, 10, "none", 2)
    assert (usual.snapshot, usual.timeout, usual.failures, usual.poll) == ("fresh", 43_200, "10%", 60)
    assert (usual.ssm, usual.housekeeping) == (False, False)
    assert (usual.report.bucket, usual.report.prefix, usual.report.kms) == (None, "workspaces-upgrades/", None)


def test_what_is_written() -> None:
    upgrade = Config.parse(LEAST + WHOLE).upgrade

    assert (upgrade.canary, upgrade.waves, upgrade.canary_failures, upgrade.gate) == ("5%", ("10", "20%"), 1, True)
    assert (upgrade.window, upgrade.concurrent, upgrade.notice) == ("20-6 mon-fri Europe/Berlin", 0, "10m")
    assert (upgrade.defers, upgrade.snapshot, upgrade.timeout, upgrade.failures) == (0, "next", 172_800, "5%")
    assert (upgrade.poll, upgrade.ssm, upgrade.housekeeping) == (30, True, True)
    assert upgrade.report.bucket == "deskside-reports"


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ("canary: 5%", "canary: 0", "upgrade.canary: '0' is no size: write a number like 5, or a share like 5%"),
        ("canary: 5%", "canary: 101%", "upgrade.canary: '101%' is no size: write a number like 5, or a share like 5%"),
        ("[10, 20%]", "[10, many]", "upgrade.waves.1: 'many' is no size: write a number like 5, or a share like 5%"),
        ("[10, 20%]", "[]", "upgrade.waves: at least 1 is needed"),
        ("20-6 mon-fri", "at night", "upgrade.window: 'at night Europe/Berlin' is no hours: write it like 8-18, "),
        ("notice: 600s", "notice: 2d", "upgrade.notice: '2d' is too long a notice: at most 24h"),
        ("notice: 600s", "notice: soon", "upgrade.notice: 'soon' is not a duration: write it like 45s, 30m, 8h, 1d"),
        ("timeout: 2d", "timeout: 5m", "upgrade.timeout: is not from 10m to 14d"),
        ("poll: 30s", "poll: 5s", "upgrade.poll: is not from 10s to 10m"),
        ("failures: 5", "failures: 101%", "upgrade.failures: '101%' is no share: write it like 10%"),
        ("concurrent: 0", "concurrent: -1", "upgrade.concurrent: input should be greater than or equal to 0"),
        (
            "bucket: deskside-reports",
            "bucket: s3://x",
            "upgrade.report.bucket: 's3://x' is not the name of an S3 bucket",
        ),
        ("kms: arn:aws:kms", "kms: arn:aws:kmz", "upgrade.report.kms: 'arn:aws:kmz:"),
    ],
)
def test_what_is_wrong(before: str, after: str, fault: str) -> None:
    assert before in WHOLE
    with pytest.raises(ConfigFaults) as raised:
        Config.parse(LEAST + WHOLE.replace(before, after, 1))
    assert any(line.startswith(fault) for line in raised.value.faults), raised.value.faults


@pytest.mark.parametrize(
    ("read", "written", "meant"),
    [
        (values.size, " 5 % ", "5%"),
        (values.sizes, "25, 100 20%", "25,100,20%"),
        (values.notice, "0", "none"),
        (values.notice, "90 min", "1h30m"),
        (values.failures, "10", "10%"),
        (values.at_once, "0050", "50"),
        (values.defers, "0", "0"),
    ],
)
def test_numbers_are_kept_in_one_way(read: object, written: str, meant: str) -> None:
    assert callable(read)
    assert read(written) == meant
    assert read(meant) == meant


@pytest.mark.parametrize(
    ("read", "written", "why"),
    [
        (values.size, "٥", "no size"),
        (values.sizes, ",".join("1" * 21), "too many sizes"),
        (values.at_once, "1001", "no number from 0 to 1,000"),
        (values.defers, "often", "no number from 0 to 10"),
        (values.failures, "-1%", "no share"),
    ],
)
def test_what_is_no_number_is_said_to_be_none(read: object, written: str, why: str) -> None:
    assert callable(read)
    with pytest.raises(ValueError, match=why):
        read(written)


def test_a_share_is_a_part_of_one() -> None:
    assert (values.share("10%"), values.share("0%")) == (0.1, 0.0)
