"""What people are told of configuration files in S3."""

from tests.notifiers.alerts.fixture import alerts, buttons, facts, only


def test_an_upload_says_which_file_how_large_and_who() -> None:
    alert = only("eventbridge_s3_object_created")
    assert alert.summary == (
        "configs/prod-1a2b-pv3c.json was uploaded to deskside-configs by somebody of account 123456789012."
    )
    assert (alert.kind, alert.state, alert.severity) == ("config-uploaded", "notice", "info")
    assert alert.about == "s3 deskside-configs/configs/prod-1a2b-pv3c.json"
    assert (facts(alert)["Size"], facts(alert)["How"]) == ("2.35 kB", "PutObject")
    assert buttons(alert) == {
        "Open in S3": "https://eu-central-1.console.aws.amazon.com/s3/object/deskside-configs"
        "?prefix=configs%2Fprod-1a2b-pv3c.json&region=eu-central-1"
    }


def test_a_removal_says_whether_it_can_come_back() -> None:
    marked, expired = only("s3_object_deleted"), only("s3_object_expired")
    assert (marked.kind, marked.severity) == ("config-removed", "warning")
    assert facts(marked)["How"] == "DeleteObject, Delete Marker Created"
    assert facts(expired)["How"] == "Lifecycle Expiration, Permanently Deleted"
    assert marked.about == only("eventbridge_s3_object_created").about
    assert marked.key != only("eventbridge_s3_object_created").key


def test_a_bucket_that_tells_it_itself_is_understood() -> None:
    alert = only("s3_record_created")
    assert alert.title == "configs/type list ü.json was uploaded to deskside-configs"
    assert (alert.who, facts(alert)["Size"]) == ("mika@example.com", "1.23 MB")


def test_every_record_of_a_bucket_is_an_alert() -> None:
    assert [alert.title for alert in alerts("s3_records_by_sns")] == [
        "configs/a.json was uploaded to deskside-configs",
        "configs/b.json was removed from deskside-configs",
    ]
