"""Every setting of the process, once, read from the environment and validated at start."""

import ipaddress
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from pydantic import SecretStr

SLACK_API = "https://slack.com/api/"
SECRET_PREFIX = "secretsmanager:"  # noqa: S105 - how the address of one begins


class SettingFaults(Exception):
    """Settings that are missing or bad; `faults` has one line each, naming the setting."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True)
class SlackSettings:
    """How to reach Slack. With `app_token` it is Socket Mode and nothing listens for Slack on the public port."""

    bot_token: SecretStr
    signing_secret: SecretStr | None
    app_token: SecretStr | None
    api_url: str  # ends in a slash


@dataclass(frozen=True)
class TeamsSettings:
    """How to reach Teams; `auth` is `required` or, on loopback only, `off`."""

    app_id: str
    app_password: SecretStr
    tenant_id: str
    auth: str
    openid_metadata_url: str | None
    token_issuer: str | None
    login_url: str | None


@dataclass(frozen=True)
class Settings:
    """The process's settings. Times are seconds; `config` is a path, `s3://bucket/key` or `ssm:name`."""

    slack: SlackSettings | None
    teams: TeamsSettings | None
    config: str
    table: str
    queue_url: str
    bucket: str | None
    prefix: str
    tick_s: int
    host: str
    port: int
    admin_host: str
    admin_port: int
    region: str
    endpoint_url: str | None

    @classmethod
    def parse(cls, environ: Mapping[str, str]) -> "Settings":
        """Settings from variables named as in the environment. Raises SettingFaults with every fault found."""
        reader = _Reader(environ)
        slack, teams = _slack(reader), _teams(reader)
        if not reader.given("SLACK_BOT_TOKEN") and not reader.given("TEAMS_APP_ID"):
            reader.fault("SLACK_BOT_TOKEN", "not set, and neither is TEAMS_APP_ID: at least one chat is needed")
        settings = cls(
            slack=slack,
            teams=teams,
            config=reader.required("DESKSIDE_CONFIG", "the path, s3://… or ssm:… of the configuration file"),
            table=reader.required("DESKSIDE_TABLE", "the name of the DynamoDB table"),
            queue_url=reader.required("DESKSIDE_QUEUE_URL", "the URL of the SQS queue"),
            bucket=reader.text("DESKSIDE_BUCKET"),
            prefix=reader.text("DESKSIDE_PREFIX") or "deskside-",
            tick_s=reader.number("DESKSIDE_TICK", 30, 1, 3600),
            host=reader.text("HOST") or "127.0.0.1",
            port=reader.number("PORT", 3000, 0, 65535),
            admin_host=reader.text("ADMIN_HOST") or "127.0.0.1",
            admin_port=reader.number("ADMIN_PORT", 3001, 0, 65535),
            region=reader.region(),
            endpoint_url=reader.url("AWS_ENDPOINT_URL"),
        )
        if settings.port == settings.admin_port != 0:
            reader.fault("ADMIN_PORT", f"{settings.admin_port} is PORT too: choose another")
        if reader.faults:
            raise SettingFaults(reader.faults)
        return settings

    @classmethod
    def from_environment(cls) -> "Settings":
        """Settings of this process. Raises SettingFaults."""
        return cls.parse(os.environ)

    @property
    def platforms(self) -> tuple[str, ...]:
        """The chats that are set up, as the configuration calls them."""
        chats = {"slack": self.slack, "teams": self.teams}
        return tuple(name for name, chat in chats.items() if chat is not None)

    @property
    def on_loopback(self) -> bool:
        """Whether this is no deployment: it listens on this machine only, and its AWS is here too."""
        return _on_loopback(self.host, self.endpoint_url)

    def secret_values(self) -> list[str]:
        """Every secret, for the log to black out."""
        slack, teams = self.slack, self.teams
        secrets = [slack.bot_token, slack.signing_secret, slack.app_token] if slack else []
        secrets += [teams.app_password] if teams else []
        return [secret.get_secret_value() for secret in secrets if secret is not None]

    def resolved(self, read: Callable[[str], str]) -> "Settings":
        """These settings with every `secretsmanager:<name>` replaced by what `read(name)` gives.

        `read` is called with the name or ARN; whatever it raises becomes a fault that names the setting.
        """
        faults: list[str] = []

        def value(name: str, secret: SecretStr | None) -> SecretStr | None:
            text = secret.get_secret_value() if secret else ""
            if not text.startswith(SECRET_PREFIX):
                return secret
            try:
                found = read(text.removeprefix(SECRET_PREFIX)).strip()
            except Exception as error:  # noqa: BLE001 - whatever the reader says is the fault
                faults.append(f"{name}: {text} cannot be read: {type(error).__name__}: {error}")
                return secret
            if fault := _wrong_token(name, found) or (None if found else "is empty"):
                faults.append(f"{name}: the secret {text.removeprefix(SECRET_PREFIX)} {fault}")
            return SecretStr(found)

        def needed(name: str, secret: SecretStr) -> SecretStr:
            return value(name, secret) or secret

        slack = self.slack and replace(
            self.slack,
            bot_token=needed("SLACK_BOT_TOKEN", self.slack.bot_token),
            signing_secret=value("SLACK_SIGNING_SECRET", self.slack.signing_secret),
            app_token=value("SLACK_APP_TOKEN", self.slack.app_token),
        )
        teams = self.teams and replace(self.teams, app_password=needed("TEAMS_APP_PASSWORD", self.teams.app_password))
        if faults:
            raise SettingFaults(faults)
        return replace(self, slack=slack, teams=teams)


def _wrong_token(name: str, value: str) -> str | None:
    """Why `value` cannot be the token `name`, when it plainly is another one."""
    wrong = {"SLACK_BOT_TOKEN": ("xapp-", "xoxp-"), "SLACK_APP_TOKEN": ("xoxb-", "xoxp-")}.get(name, ())
    if not value.startswith(wrong):
        return None
    right = "xoxb-" if name == "SLACK_BOT_TOKEN" else "xapp-"
    return f"is another kind of token: this one starts with {right}"


def _slack(reader: "_Reader") -> SlackSettings | None:
    bot, app = reader.secret("SLACK_BOT_TOKEN"), reader.secret("SLACK_APP_TOKEN")
    signing = reader.secret("SLACK_SIGNING_SECRET")
    api_url = reader.url("SLACK_API_URL") or SLACK_API
    if bot is None:
        for name in ("SLACK_SIGNING_SECRET", "SLACK_APP_TOKEN"):
            if reader.given(name):
                reader.fault("SLACK_BOT_TOKEN", f"not set, but {name} is: set it, or leave both out")
        return None
    if app is None and signing is None:
        reader.fault("SLACK_SIGNING_SECRET", "not set: needed unless SLACK_APP_TOKEN (Socket Mode) is")
    return SlackSettings(bot, signing, app, api_url.rstrip("/") + "/")


def _teams(reader: "_Reader") -> TeamsSettings | None:
    app_id = reader.text("TEAMS_APP_ID")
    auth = reader.text("TEAMS_AUTH") or "required"
    overrides = {name: reader.url(name) for name in ("TEAMS_OPENID_METADATA_URL", "TEAMS_LOGIN_URL")}
    for name, url in overrides.items():
        if url and not is_loopback(url):
            reader.fault(name, "may only be set to a loopback address")
    if app_id is None:
        for name in ("TEAMS_APP_PASSWORD", "TEAMS_TENANT_ID"):
            if reader.given(name):
                reader.fault("TEAMS_APP_ID", f"not set, but {name} is: set it, or leave both out")
        return None
    on_loopback = _on_loopback(reader.text("HOST") or "127.0.0.1", reader.text("AWS_ENDPOINT_URL"))
    if auth not in ("required", "off"):
        reader.fault("TEAMS_AUTH", f"{auth!r} is neither required nor off")
    elif auth == "off" and not on_loopback:
        reader.fault("TEAMS_AUTH", "off is accepted only while HOST and AWS_ENDPOINT_URL are both loopback")
    if reader.given("TEAMS_TOKEN_ISSUER") and not on_loopback:
        reader.fault("TEAMS_TOKEN_ISSUER", "may only be set while HOST and AWS_ENDPOINT_URL are both loopback")
    return TeamsSettings(
        app_id=app_id.lower(),  # ids are compared, and tokens have small letters
        app_password=SecretStr(reader.required("TEAMS_APP_PASSWORD", "the app's client secret")),
        tenant_id=reader.required("TEAMS_TENANT_ID", "the Entra tenant").lower(),
        auth=auth,
        openid_metadata_url=overrides["TEAMS_OPENID_METADATA_URL"],
        token_issuer=reader.text("TEAMS_TOKEN_ISSUER"),
        login_url=overrides["TEAMS_LOGIN_URL"],
    )


def teams_app_id() -> str | None:
    """TEAMS_APP_ID of this process alone, for what needs no other setting."""
    return _Reader(os.environ).text("TEAMS_APP_ID")


def is_loopback(place: str) -> bool:
    """Whether a host name, address or URL is this machine's own."""
    host = urlsplit(place).hostname if "://" in place else place
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def _on_loopback(host: str, endpoint_url: str | None) -> bool:
    return is_loopback(host) and endpoint_url is not None and is_loopback(endpoint_url)


class _Reader:
    """Reads variables and collects what is wrong with them; no value of a secret is ever in a fault."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.faults: list[str] = []

    def fault(self, name: str, why: str) -> None:
        self.faults.append(f"{name}: {why}")

    def given(self, name: str) -> bool:
        return bool(self._environ.get(name, "").strip())

    def text(self, name: str) -> str | None:
        return self._environ.get(name, "").strip() or None

    def required(self, name: str, what: str) -> str:
        value = self.text(name)
        if value is None:
            self.fault(name, f"not set: {what}")
        return value or ""

    def number(self, name: str, default: int, low: int, high: int) -> int:
        value = self.text(name)
        if value is None:
            return default
        if not value.isascii() or not value.isdigit() or not low <= int(value) <= high:
            self.fault(name, f"{value!r} is not a whole number from {low} to {high}")
            return default
        return int(value)

    def region(self) -> str:
        first, second = "AWS_REGION", "AWS_DEFAULT_REGION"
        name = second if self.given(second) and not self.given(first) else first
        value = self.required(name, f"the region of everything; {second} will do too")
        if value and not re.fullmatch(r"[a-z]{2,}(-[a-z0-9]+)+", value):
            self.fault(name, f"{value!r} does not look like a region: write one like ap-northeast-1")
        return value

    def url(self, name: str) -> str | None:
        value = self.text(name)
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            self.fault(name, f"{value!r} is not an http(s) address")
        return value

    def secret(self, name: str) -> SecretStr | None:
        value = self.text(name)
        if value is None:
            return None
        if fault := _wrong_token(name, value):
            self.fault(name, fault)
        return SecretStr(value)
