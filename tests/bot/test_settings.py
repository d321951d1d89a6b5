"""Settings: each fault is one line that names the setting, and no secret is ever shown."""

import pytest

from bot.settings import SettingFaults, Settings, is_loopback

GOOD = {
    "SLACK_BOT_TOKEN": "xoxb-123456789",
    "SLACK_SIGNING_SECRET": "hush-hush-hush",
    "DESKSIDE_CONFIG": "config.yaml",
    "DESKSIDE_TABLE": "deskside",
    "DESKSIDE_QUEUE_URL": "https://sqs.example.com/1/deskside",
    "AWS_REGION": "ap-northeast-1",
}
TEAMS = {"TEAMS_APP_ID": "app", "TEAMS_APP_PASSWORD": "hush", "TEAMS_TENANT_ID": "tenant"}
LOOPBACK = {"AWS_ENDPOINT_URL": "http://127.0.0.1:4566"}


def faults(**changes: str | None) -> list[str]:
    environ = {name: value for name, value in {**GOOD, **changes}.items() if value is not None}
    with pytest.raises(SettingFaults) as caught:
        Settings.parse(environ)
    return caught.value.faults


def test_the_defaults_are_the_documented_ones() -> None:
    settings = Settings.parse(GOOD)
    assert (settings.host, settings.port, settings.admin_host, settings.admin_port) == (
        "127.0.0.1",
        3000,
        "127.0.0.1",
        3001,
    )
    assert settings.tick_s == 30
    assert settings.prefix == "deskside-"
    assert settings.slack is not None
    assert settings.slack.api_url == "https://slack.com/api/"
    assert settings.teams is None


def test_the_slack_api_url_always_ends_in_a_slash() -> None:
    for given in ("http://127.0.0.1:8080/api", "http://127.0.0.1:8080/api/"):
        settings = Settings.parse({**GOOD, "SLACK_API_URL": given})
        assert settings.slack is not None
        assert settings.slack.api_url == "http://127.0.0.1:8080/api/"


@pytest.mark.parametrize("name", ["DESKSIDE_CONFIG", "DESKSIDE_TABLE", "DESKSIDE_QUEUE_URL", "SLACK_SIGNING_SECRET"])
def test_a_missing_setting_is_one_line_that_names_it(name: str) -> None:
    assert [line.partition(":")[0] for line in faults(**{name: None})] == [name]
    assert [line.partition(":")[0] for line in faults(**{name: "  "})] == [name]


def test_every_fault_is_told_at_once() -> None:
    told = faults(DESKSIDE_TABLE=None, PORT="abc", DESKSIDE_TICK="0", SLACK_API_URL="ftp://x", AWS_REGION=None)
    names = {line.partition(":")[0] for line in told}
    assert names == {"DESKSIDE_TABLE", "PORT", "DESKSIDE_TICK", "SLACK_API_URL", "AWS_REGION"}
    assert all("\n" not in line for line in told)


@pytest.mark.parametrize("port", ["-1", "65536", "3e3", "٣", "12.5"])
def test_a_port_is_a_port(port: str) -> None:
    assert faults(PORT=port)[0].startswith("PORT: ")


def test_the_region_may_come_by_either_name() -> None:
    assert Settings.parse({**GOOD, "AWS_REGION": "", "AWS_DEFAULT_REGION": "eu-west-1"}).region == "eu-west-1"
    assert faults(AWS_REGION=None)[0].startswith("AWS_REGION: not set")
    assert faults(AWS_REGION="eu west 1")[0].startswith("AWS_REGION: ")


def test_two_ports_cannot_be_one_but_any_free_one_twice() -> None:
    assert faults(PORT="4000", ADMIN_PORT="4000")[0].startswith("ADMIN_PORT: ")
    assert Settings.parse({**GOOD, "PORT": "0", "ADMIN_PORT": "0"}).port == 0


def test_either_chat_may_be_left_out_but_not_both() -> None:
    without_slack = {name: value for name, value in GOOD.items() if not name.startswith("SLACK_")}
    assert Settings.parse({**without_slack, **TEAMS}).slack is None
    with pytest.raises(SettingFaults, match="at least one chat is needed"):
        Settings.parse(without_slack)


def test_half_a_chat_is_a_fault() -> None:
    told = faults(SLACK_BOT_TOKEN=None, TEAMS_TENANT_ID="tenant")
    assert "TEAMS_APP_ID: not set, but TEAMS_TENANT_ID is: set it, or leave both out" in told
    assert "SLACK_BOT_TOKEN: not set, but SLACK_SIGNING_SECRET is: set it, or leave both out" in told


def test_with_socket_mode_no_signing_secret_is_needed() -> None:
    settings = Settings.parse({**GOOD, "SLACK_SIGNING_SECRET": "", "SLACK_APP_TOKEN": "xapp-1-abc"})
    assert settings.slack is not None
    assert settings.slack.signing_secret is None


def test_tokens_in_each_others_place_are_told_without_being_shown() -> None:
    told = faults(SLACK_BOT_TOKEN="xapp-secret1", SLACK_APP_TOKEN="xoxb-secret2")
    assert [line.partition(":")[0] for line in told] == ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"]
    assert "secret1" not in str(told)
    assert "secret2" not in str(told)


def test_teams_without_checks_is_for_loopback_only() -> None:
    assert faults(**TEAMS, TEAMS_AUTH="off")[0].startswith("TEAMS_AUTH: off is accepted only")
    assert faults(**TEAMS, **LOOPBACK, TEAMS_AUTH="off", HOST="0.0.0.0")[0].startswith("TEAMS_AUTH: ")  # noqa: S104
    assert faults(**TEAMS, TEAMS_AUTH="on")[0].startswith("TEAMS_AUTH: 'on'")
    teams = Settings.parse({**GOOD, **TEAMS, **LOOPBACK, "TEAMS_AUTH": "off"}).teams
    assert teams is not None
    assert teams.auth == "off"


def test_the_overrides_of_teams_stay_on_loopback() -> None:
    told = faults(**TEAMS, TEAMS_LOGIN_URL="https://evil.example", TEAMS_TOKEN_ISSUER="https://evil.example")
    assert [line.partition(":")[0] for line in told] == ["TEAMS_LOGIN_URL", "TEAMS_TOKEN_ISSUER"]


def test_no_secret_is_in_a_repr() -> None:
    settings = Settings.parse({**GOOD, **TEAMS, "SLACK_APP_TOKEN": "xapp-quiet"})
    for secret in ("xoxb-123456789", "hush-hush-hush", "xapp-quiet", "hush"):
        assert secret not in repr(settings)
    assert settings.secret_values() == ["xoxb-123456789", "hush-hush-hush", "xapp-quiet", "hush"]


def test_secrets_may_live_in_secrets_manager() -> None:
    arn = "arn:aws:secretsmanager:eu-west-1:1:secret:slack-AbC"
    kept = {"deskside/slack": " xoxb-from-aws\n", arn: "shhh"}
    settings = Settings.parse(
        {**GOOD, "SLACK_BOT_TOKEN": "secretsmanager:deskside/slack", "SLACK_SIGNING_SECRET": f"secretsmanager:{arn}"}
    ).resolved(kept.__getitem__)
    assert settings.secret_values() == ["xoxb-from-aws", "shhh"]


def test_a_secret_that_cannot_be_read_names_its_setting() -> None:
    settings = Settings.parse({**GOOD, "SLACK_BOT_TOKEN": "secretsmanager:gone", "SLACK_SIGNING_SECRET": "plain"})
    with pytest.raises(SettingFaults) as caught:
        settings.resolved(dict[str, str]().__getitem__)
    assert caught.value.faults == ["SLACK_BOT_TOKEN: secretsmanager:gone cannot be read: KeyError: 'gone'"]


@pytest.mark.parametrize("content", ["", "xapp-1-other"])
def test_a_secret_must_hold_the_right_thing(content: str) -> None:
    settings = Settings.parse({**GOOD, "SLACK_BOT_TOKEN": "secretsmanager:deskside/slack"})
    with pytest.raises(SettingFaults, match=r"^SLACK_BOT_TOKEN: the secret deskside/slack is"):
        settings.resolved(lambda _: content)


@pytest.mark.parametrize(
    ("place", "own"),
    [
        ("127.0.0.1", True),
        ("localhost", True),
        ("::1", True),
        ("http://127.0.0.1:80/x", True),
        ("http://[::1]:80", True),
        ("0.0.0.0", False),  # noqa: S104 - that is the point
        ("http://127.0.0.1.evil.example", False),
        ("https://example.com", False),
        ("", False),
    ],
)
def test_what_loopback_is(place: str, own: bool) -> None:
    assert is_loopback(place) is own
