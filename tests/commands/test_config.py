"""The configuration file: what is read, and how faults are told."""

from datetime import time

import pytest

from aws_ops.vpn_items import VpnEndpoint
from commands.config import Config, ConfigFaults
from notifiers.place import Place

WHOLE = """
roles:
  operator:
    emails: [Oda@Example.com]
    slack_users: [U0ODA]
    slack_usergroups: [S0OPS]
    teams_users: [0DA00000-0000-4000-8000-0000000000AB]
  approver: {slack_users: [], slack_usergroups: [], teams_users: [], teams_teams: []}
  admin: {slack_users: [U0ALEX]}
admin_place: slack:C0ADMIN
identity:
  slack_team: T0DESK
  domains: [Example.com]
  directory_user: tag:owner
  people:
    - {email: Mika@Example.com, slack: U0MIKA, teams: 0da00000-0000-4000-8000-0000000000ac, directory_user: mtanaka}
aws: {role: "arn:aws:iam::123456789012:role/deskside-acts"}
timezone: Asia/Tokyo
vpn:
  idle: 20m
  lease: 2h
  max_lease: 1d
  warn: [10m, 45s]
  alert_after: 5m
  endpoints:
    tokyo: {id: cvpn-endpoint-0a, subnets: [subnet-01, subnet-02], association_usd_hour: 0.15, connection_usd_hour: .05}
"""
MORE = """
workspaces:
  calls_per_second: 1.5
  burst: 4
  protect: Env=Prod
  approval: [rebuild, terminate]
  ask: 20m
  silence: go
  evening: "19:30"
  patience: 6h
  places: [slack:C0OPS, "teams:19:ops@thread.tacv2"]
approvals: {places: [slack:C0YES], deadline: 2h, remind: 30m, quorum: 2}
alerts:
  flood: 5
  batch: 2m
  acknowledged: 30m
  grace: 5m
  runbooks: {disk: "https://wiki.example.com/disk"}
  webhook_hosts: [Hooks.Slack.com, "*.logic.azure.com"]
"""
ODA = "0da00000-0000-4000-8000-0000000000ab"
LEAST = "{admin_place: 'slack:C0ADMIN', identity: {domains: [example.com]}}"


def faults(text: str) -> list[str]:
    with pytest.raises(ConfigFaults) as raised:
        Config.parse(text)
    assert str(raised.value) == "\n".join(raised.value.faults)
    return raised.value.faults


def test_the_whole_file() -> None:
    config = Config.parse(WHOLE)

    assert config.admin_place == Place(scheme="slack", id="C0ADMIN")
    assert config.roles.operator.emails == {"oda@example.com"}
    assert config.roles.operator.teams_users == {ODA}
    assert config.identity.domains == {"example.com"}
    assert config.identity.people[0].email == "mika@example.com"
    assert config.vpn_endpoint("tokyo", tick_s=7) == VpnEndpoint(
        name="tokyo",
        id="cvpn-endpoint-0a",
        subnets=("subnet-01", "subnet-02"),
        association_usd_hour=0.15,
        connection_usd_hour=0.05,
        idle_s=20 * 60,
        lease_s=2 * 3600,
        max_lease_s=24 * 3600,
        warn_s=(600, 45),
        alert_after_s=300,
        tick_s=7,
        role="arn:aws:iam::123456789012:role/deskside-acts",
    )
    with pytest.raises(KeyError):
        config.vpn_endpoint("osaka", 7)


def test_workspaces_and_approvals() -> None:
    config = Config.parse(WHOLE + MORE)
    workspaces, approvals = config.workspaces, config.approvals

    assert (workspaces.calls_per_second, workspaces.burst) == (1.5, 4)
    assert workspaces.approval == {"rebuild", "terminate"}
    assert (workspaces.ask, workspaces.silence, workspaces.patience) == (1200, "go", 6 * 3600)
    assert workspaces.evening == time(19, 30)
    assert [str(place) for place in workspaces.places] == ["slack:C0OPS", "teams:19:ops@thread.tacv2"]
    assert [str(place) for place in approvals.places] == ["slack:C0YES"]
    assert (approvals.deadline, approvals.remind, approvals.quorum) == (7200, 1800, 2)


def test_alerts() -> None:
    alerts, usual = Config.parse(WHOLE + MORE).alerts, Config.parse(WHOLE).alerts

    assert (alerts.flood, alerts.batch, alerts.acknowledged, alerts.grace) == (5, 120, 1800, 300)
    assert alerts.runbooks == {"disk": "https://wiki.example.com/disk"}
    assert (usual.flood, usual.batch, usual.acknowledged, usual.grace) == (10, 60, 3600, 900)
    assert usual.takes_host("prod-01.westeurope.logic.azure.com")


@pytest.mark.parametrize(
    ("host", "taken"),
    [
        ("hooks.slack.com", True),
        ("HOOKS.slack.com", True),
        ("evil-hooks.slack.com", False),
        ("hooks.slack.com.evil.example", False),
        ("prod-01.westeurope.logic.azure.com", True),
        ("logic.azure.com", False),
        (".logic.azure.com", False),
        ("evillogic.azure.com", False),
    ],
)
def test_webhooks_are_at_listed_hosts_only(host: str, taken: bool) -> None:
    assert Config.parse(WHOLE + MORE).alerts.takes_host(host) is taken


def test_a_tag_protects_by_its_key_or_by_its_value_too() -> None:
    by_key, by_value = Config.parse(LEAST).workspaces, Config.parse(WHOLE + MORE).workspaces

    assert by_key.protects({"deskside:protect": ""})
    assert by_key.protects({"deskside:protect": "no"})
    assert not by_key.protects({"Deskside:Protect": "yes", "Env": "Prod"})
    assert by_value.protects({"Env": "Prod"})
    assert not by_value.protects({"Env": "Test"})


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ("calls_per_second: 1.5", "calls_per_second: 0", "workspaces.calls_per_second: input should be greater than 0"),
        ("burst: 4", "burst: 0", "workspaces.burst: input should be greater than or equal to 1"),
        ("Env=Prod", '"=Prod"', "workspaces.protect: '=Prod' is not a tag: write its key, or key=value"),
        (
            "[rebuild, terminate]",
            "[reboot]",
            "workspaces.approval.0: 'reboot' is not what may need an approval: rebuild, restore, terminate or create",
        ),
        ("[rebuild, terminate]", "rebuild", "workspaces.approval: is no list"),
        ("ask: 20m", "ask: 20", "workspaces.ask: 20 is not a duration: write it like 45s, 30m, 8h or 1d"),
        ("silence: go", "silence: maybe", "workspaces.silence: input should be 'stop' or 'go'"),
        (
            '"19:30"',
            "19:30",
            'workspaces.evening: 1170 is not a time of day: write it like "20:00", with the quotation marks',
        ),
        (
            '"19:30"',
            '"24:00"',
            "workspaces.evening: '24:00' is not a time of day: write it like \"20:00\", with the quotation marks",
        ),
        (
            "slack:C0OPS",
            "C0OPS",
            "workspaces.places.0: 'C0OPS' is not a place: write one of slack, teams, person, mailto, webhook, "
            "a colon and an id",
        ),
        ("remind: 30m", "remind: 2h", "approvals: remind is not shorter than deadline"),
        ("quorum: 2", "quorum: 0", "approvals.quorum: input should be greater than or equal to 1"),
        ("flood: 5", "flood: 0", "alerts.flood: input should be greater than or equal to 1"),
        ("{disk:", "{disc:", "alerts.runbooks.disc: 'disc' is no kind of alert: did you mean disk?"),
        (
            "https://wiki",
            "http://wiki",
            "alerts.runbooks.disk: 'http://wiki.example.com/disk' is not a link that begins with https://",
        ),
        (
            "Hooks.Slack.com",
            '"*.com"',
            "alerts.webhook_hosts.0: '*.com' is not a host like hooks.slack.com, or *.logic.azure.com for all below it",
        ),
        ("patience: 6h", "patient: 6h", "workspaces.patient: there is no such key"),
        (
            "tag:owner",
            "local-part",
            "identity: directory_user is local-part, and with several domains one such name may be two people: "
            "write address or tag:<key>",
        ),
    ],
)
def test_what_is_wrong_with_workspaces_and_approvals(before: str, after: str, fault: str) -> None:
    text = (WHOLE + MORE).replace("[Example.com]", "[Example.com, example.org]")
    assert before in text
    assert fault in faults(text.replace(before, after, 1))


def test_every_place_is_of_a_platform_that_is_set_up() -> None:
    assert Config.parse(WHOLE + MORE).faults_for(["slack"]) == [
        "workspaces.places.1: Teams is not set up here: write slack:<channel> or person:<e-mail>"
    ]
    assert [fault.partition(":")[0] for fault in Config.parse(WHOLE + MORE).faults_for(["teams"])] == [
        "admin_place",
        "workspaces.places.0",
        "approvals.places.0",
    ]


def test_what_need_not_be_written() -> None:
    config = Config.parse(LEAST)

    assert (config.vpn.idle, config.vpn.lease, config.vpn.max_lease) == (1800, 4 * 3600, 8 * 3600)
    assert (config.vpn.warn, config.vpn.alert_after) == ((900, 300), 900)
    assert (config.timezone, config.aws.role, dict(config.vpn.endpoints)) == ("UTC", None, {})
    assert (config.workspaces.calls_per_second, config.workspaces.burst) == (2.0, 5)
    assert config.workspaces.approval == {"terminate"}
    assert config.workspaces.silence == "stop"
    assert (config.workspaces.ask, config.workspaces.patience) == (1800, 12 * 3600)
    assert config.workspaces.evening == time(20)
    assert (config.approvals.deadline, config.approvals.remind, config.approvals.quorum) == (8 * 3600, 3600, 1)


def test_a_platform_that_is_set_up_needs_its_own_keys() -> None:
    (fault,) = Config.parse(LEAST).faults_for(["slack", "teams"])

    assert fault.startswith("identity.slack_team: missing; ")
    assert Config.parse(LEAST.replace("slack:C0ADMIN", "teams:19:a@thread.tacv2")).faults_for(["teams"]) == []
    assert Config.parse(WHOLE).faults_for(["slack"]) == []


def test_a_place_is_of_a_platform_that_is_set_up() -> None:
    in_teams = WHOLE.replace("slack:C0ADMIN", "teams:19:admin@thread.tacv2")

    assert Config.parse(in_teams).faults_for(["slack"]) == [
        "admin_place: Teams is not set up here: write slack:<channel> or person:<e-mail>"
    ]
    assert Config.parse(WHOLE).faults_for(["teams"]) == [
        "admin_place: Slack is not set up here: write teams:<channel> or person:<e-mail>"
    ]
    for platforms in (["teams"], ["slack", "teams"]):
        assert Config.parse(in_teams).faults_for(platforms) == []
        person = WHOLE.replace("slack:C0ADMIN", "person:alex@example.com")
        assert Config.parse(person).faults_for(platforms) == []


def test_ids_may_have_any_letters() -> None:
    text = WHOLE.replace("cvpn-endpoint-0a", "cvpn-endpoint-Tokyo-1").replace("subnet-01", "subnet-xyz-1")

    assert Config.parse(text).vpn_endpoint("tokyo", 7).subnets == ("subnet-xyz-1", "subnet-02")


def test_every_fault_is_a_line_with_the_path_of_its_key() -> None:
    text = """
roles: {admin: {emails: [alex@example.com], slack_users: [alex]}}
admin_place: C0ADMIN
identity: {domains: []}
timezone: Mars/Base
colour: red
vpn:
  idle: soon
  lease: 30
  warn: [0m]
  endpoints:
    Tokyo: {id: cvpn-1, subnets: []}
"""

    assert faults(text) == [
        "roles.admin.slack_users.0: 'alex' is not the id of a Slack user, like U0123ABCD",
        "roles.admin.emails: there is no such key",
        "admin_place: 'C0ADMIN' is not a place: write one of slack, teams, person, mailto, webhook, a colon and an id",
        "identity.domains: at least 1 is needed",
        "vpn.idle: 'soon' is not a duration: write it like 45s, 30m, 8h, 1d or 1h30m",
        "vpn.lease: 30 is not a duration: write it like 45s, 30m, 8h or 1d",
        "vpn.warn.0: '0m' is too short a duration: at least 1s",
        "vpn.endpoints.Tokyo: 'Tokyo' is not a short name of small letters, digits and hyphens, a letter first",
        "vpn.endpoints.Tokyo.id: 'cvpn-1' is not the id of a Client VPN endpoint, like cvpn-endpoint-0a1b",
        "vpn.endpoints.Tokyo.subnets: at least 1 is needed",
        "vpn.endpoints.Tokyo.association_usd_hour: is missing",
        "vpn.endpoints.Tokyo.connection_usd_hour: is missing",
        "timezone: 'Mars/Base' is not a time zone: write one like Asia/Tokyo",
        "colour: there is no such key",
    ]


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ("lease: 2h", "lease: 2d", "vpn: lease is longer than max_lease"),
        ("subnet-02", "subnet-01", "vpn.endpoints.tokyo: a subnet is named twice"),
        ("tokyo: {id", "all: {id", "vpn.endpoints.all: 'all' means something else in commands: choose another name"),
        ("0.15", "-1", "vpn.endpoints.tokyo.association_usd_hour: input should be greater than or equal to 0"),
        (
            "0DA00000-",
            "",
            "roles.operator.teams_users.0: '0000-4000-8000-0000000000AB' is not the Entra object id of a user, "
            "which is a GUID",
        ),
        (
            "teams_teams: []",
            "teams_teams: [desk]",
            "roles.approver.teams_teams.0: 'desk' is not the id of a team, like 19:0a1b@thread.tacv2",
        ),
        (
            "slack:C0ADMIN",
            "'teams:19:a@thread.tacv2;messageid=1'",
            "admin_place: 'teams:19:a@thread.tacv2;messageid=1' is a thread: write the channel, without ; and what "
            "follows",
        ),
        ("0.15", ".nan", "vpn.endpoints.tokyo.association_usd_hour: input should be a finite number"),
        ("{role: ", "{role: x, rolle: ", "aws.role: 'x' is not the ARN of a role"),
    ],
)
def test_what_does_not_fit_together(before: str, after: str, fault: str) -> None:
    assert before in WHOLE
    assert fault in faults(WHOLE.replace(before, after, 1))


def test_two_endpoints_are_two() -> None:
    line = WHOLE.splitlines()[-1]

    assert faults(WHOLE + line.replace("tokyo", "paris")) == ["vpn: two endpoints have the same id"]


def test_a_key_that_is_there_twice_is_a_fault() -> None:
    assert faults(WHOLE + "timezone: UTC\n") == [
        f"the file is not YAML: line {len(WHOLE.splitlines()) + 1}: timezone is there twice"
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "the file has no keys: write admin_place, identity and so on"),
        ("- a\n- b", "the file has no keys: write admin_place, identity and so on"),
        ("a: [", "the file is not YAML: line 1: expected the node content"),
        ("a: \x07", "the file is not YAML: unacceptable character #x0007: special characters are not allowed"),
        ("{}", "admin_place: is missing"),
        ("{vpn: {warn: 5m}}", "vpn.warn: is no list"),
        ("{vpn: {endpoints: 5m}}", "vpn.endpoints: is no mapping of keys to values"),
        ("{identity: {people: [{email: mika}]}}", "identity.people.0.email: 'mika' is not an e-mail address"),
        ("roles: [a]", "roles: is no mapping of keys to values"),
        ("x: 2026-13-45", "the file is not YAML: line 1: '2026-13-45' is no timestamp"),
        ("a: 1\nx: 0b_", "the file is not YAML: line 2: '0b_' is no int"),
        ("x: !!int abc", "the file is not YAML: line 1: 'abc' is no int"),
        ("x: !!int ''", "the file is not YAML: line 1: '' is no int"),
        ("x: !!float abc", "the file is not YAML: line 1: 'abc' is no float"),
        ("x: !!bool abc", "the file is not YAML: line 1: 'abc' is no bool"),
        ("x: !!timestamp abc", "the file is not YAML: line 1: 'abc' is no timestamp"),
        (f"x: {'1' * 5_000}", "the file is not YAML: line 1: '1111"),
        ("[" * 3_000, "the file is not YAML: it is nested too deeply"),
        ("{identity: {domains: [exаmple.com]}}", "identity.domains.0: 'exаmple.com' is not a domain like example.com"),
        ("{identity: {people: [{email: miКa@example.com}]}}", "identity.people.0.email: 'miКa@example.com' is not an"),
        (
            "{identity: {domains: [a.com], people: [{email: a@a.com}, {email: A@a.com}]}}",
            "identity: a@a.com is there twice under people",
        ),
        (
            "{identity: {domains: [a.com], people: [{email: a@a.com, slack: U01}, {email: b@a.com, slack: U01}]}}",
            "identity: U01 is there twice under people",
        ),
        (
            "{identity: {domains: [a.b], people: [{email: a@a.b, directory_user: Mo}, {email: b@a.b, "
            "directory_user: mo}]}}",
            "identity: mo is there twice under people",
        ),
        (
            f"identity: {{domains: [a.b], people: [{{email: a@a.b, teams: {ODA}}}, {{email: b@a.b, teams: {ODA}}}]}}",
            f"identity: {ODA} is there twice under people",
        ),
        ("!!python/object/apply:os.system [id]: 1", "the file is not YAML: line 1: could not determine a constructor"),
    ],
)
def test_what_is_no_configuration_at_all(text: str, fault: str) -> None:
    assert any(one.startswith(fault) for one in faults(text)), faults(text)
