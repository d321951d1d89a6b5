"""Delivery to incoming webhooks: those of the simulated chats, and others that answer what they like, on the wire."""

import json
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from botocore.exceptions import ClientError

from notifiers.delivery import PlaceGone, Refused, TryLater
from notifiers.held import LINES, Entry, draw, fitting
from notifiers.message import Audience, Button, Code, Fact, Facts, File, Message, Table, Text, line
from notifiers.place import Place
from notifiers.webhook import Webhooks
from tests.chats.side import Side
from tests.chats.slack import SlackSide
from tests.chats.teams import TeamsSide

OPS = Place(scheme="webhook", id="deskside/webhook/ops")
RUNBOOK = "https://example.com/cpu"
ALERT = Message(
    title="CPU is high",
    summary="CPU of ws-1 is 97 %.",
    severity="critical",
    blocks=(Text.of("Of ws-1: 97 %, <!channel> **bold**."), Facts(items=(Fact(label="Threshold", value="95 %"),))),
    buttons=(
        Button(label="Acknowledge", command="alerts acknowledge 3f00aa11bb", style="primary"),
        Button(label="Mute for 2 h", command="alerts mute 2h --alert 3f00aa11bb"),
        Button(label="Mute for 2 h", command="alerts mute 2h --alert 3f00aa11bb"),
        Button(label="Runbook", link=RUNBOOK),
    ),
    audience=Audience(people=("kim@example.com",), buttons=(Button(label="Approve", command="approve 7f3"),)),
    files=(File(name="points.csv", content="a,b"),),
)


@dataclass
class Secrets:
    """Secrets Manager, as far as `Webhooks` asks it."""

    texts: dict[str, str] = field(default_factory=dict)
    reads: int = 0
    fails: Exception | None = None

    async def read(self, name: str) -> str:
        self.reads += 1
        if self.fails:
            raise self.fails
        if name not in self.texts:
            raise refused("ResourceNotFoundException")
        return self.texts[name]


def refused(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "GetSecretValue")


@pytest.fixture
def secrets() -> Secrets:
    return Secrets()


@pytest.fixture
async def webhooks(secrets: Secrets) -> AsyncIterator[Webhooks]:
    webhooks = Webhooks(secrets.read, lambda _: False, local=True)
    await webhooks.start()
    yield webhooks
    await webhooks.close()


@pytest.fixture(params=[SlackSide, TeamsSide])
async def side(request: pytest.FixtureRequest, secrets: Secrets) -> AsyncIterator[Side]:
    """A chat with a webhook into #ops, whose address is in the secret."""
    side: Side = request.param()
    await side.start()
    secrets.texts[OPS.id] = f" {side.webhook('ops')}\n"
    yield side
    await side.stop()


@dataclass
class Other:
    """Something else that answers at a webhook's address."""

    base: str
    answers: list[web.Response] = field(default_factory=list)
    heard: list[Any] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)


@pytest.fixture
async def other(secrets: Secrets) -> AsyncIterator[Other]:
    other = Other("")

    async def answer(request: web.Request) -> web.Response:
        other.heard.append(await request.json())
        other.sizes.append(len(await request.read()))
        return other.answers.pop(0)

    app = web.Application()
    app.router.add_post("/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    other.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    secrets.texts[OPS.id] = f"{other.base}/services/T0/B0/s3cret"
    yield other
    await runner.cleanup()


async def test_an_alert_stands_there_with_links_and_what_to_type(side: Side, webhooks: Webhooks) -> None:
    await webhooks.post(OPS, ALERT)
    (text,) = side.webhook_posts("ops")
    for said in ("CPU is high", "97 %", "**bold**.", "95 %", "/alerts acknowledge 3f00aa11bb", "points.csv"):
        assert said in text
    assert "approve" not in text
    assert "alerts mute" not in text  # where that is typed it mutes another place
    calls: Any = side.server.calls  # type: ignore[attr-defined]  # both have them
    sent = json.dumps(calls[-1].args)
    assert RUNBOOK in sent
    assert not any(word in sent for word in ("Action.Execute", '"actions"', '"button"'))


async def test_a_change_is_a_shorter_message_and_there_are_no_threads(side: Side, webhooks: Webhooks) -> None:
    sent = await webhooks.post(OPS, line("first"))
    await webhooks.update(OPS, sent, ALERT)
    assert await webhooks.reply(OPS, sent, line("again")) is None
    first, changed = side.webhook_posts("ops")
    assert "first" in first
    assert "97 %" in changed
    assert not any(left in changed for left in ("95 %", "acknowledge"))
    await webhooks.update(OPS, sent, Message(title="", summary="numbers", blocks=(Code(text="only code"),)))
    assert "only code" in side.webhook_posts("ops")[-1]


async def test_what_has_no_room_is_left_out_visibly(side: Side, webhooks: Webhooks) -> None:
    rows = tuple((f"ws-{number}", "三木 & 三木" * 20) for number in range(2_000))
    table, text = Table(columns=("WorkSpace", "Who"), rows=rows), Text.of("é" * 2_900)
    await webhooks.post(OPS, Message(title="Many", summary="Many", blocks=(table, *[text] * 30), buttons=ALERT.buttons))
    (shown,) = side.webhook_posts("ops")
    assert "Not all of it has room here." in shown
    assert "full-text" not in shown


@pytest.mark.parametrize("sign", ["x", "é", "三", "😀", '"'])
async def test_a_card_for_teams_is_within_28_kb(other: Other, secrets: Secrets, webhooks: Webhooks, sign: str) -> None:
    secrets.texts[OPS.id] = f"{other.base}/workflows/0a1b/triggers/manual/paths/invoke?sig=s3cret"
    other.answers = [web.Response(status=202)]
    await webhooks.post(OPS, line("").model_copy(update={"blocks": tuple(Text.of(sign * 3_000) for _ in range(20))}))
    (size,) = other.sizes
    assert 28 * 1024 / 4 < size <= 28 * 1024


@pytest.mark.parametrize("sign", ["x", "é", "三", "😀", '"'])
async def test_a_whole_list_of_what_was_held_back_has_room(side: Side, webhooks: Webhooks, sign: str) -> None:
    entries = [Entry(text=sign * 200, severity="critical", at=0.0)] * LINES
    held = draw("flood", {str(number): entry for number, entry in enumerate(entries[: fitting((), entries)])})
    await webhooks.update(OPS, "posted", held)
    (shown,) = side.webhook_posts("ops")
    assert "Not all of it" not in shown


async def test_a_webhook_that_is_taken_away_or_whose_channel_is_archived_is_gone(
    side: Side, secrets: Secrets, webhooks: Webhooks
) -> None:
    side.loses_webhook(secrets.texts[OPS.id].strip())
    with pytest.raises(PlaceGone, match=r"no_service|WorkflowNotFound"):
        await webhooks.post(OPS, ALERT)
    if isinstance(side, SlackSide):
        secrets.texts[OPS.id] = side.webhook("ops")
        side.archives("ops")
        with pytest.raises(PlaceGone, match="channel_is_archived"):
            await webhooks.post(OPS, ALERT)


async def test_a_new_address_in_the_secret_is_found_when_the_old_one_is_gone(
    side: Side, secrets: Secrets, webhooks: Webhooks
) -> None:
    await webhooks.post(OPS, line("first"))
    await webhooks.post(OPS, line("second"))
    assert secrets.reads == 1
    side.loses_webhook(secrets.texts[OPS.id].strip())
    secrets.texts[OPS.id] = side.webhook("ops")
    await webhooks.post(OPS, line("third"))
    assert "third" in side.webhook_posts("ops")[-1]


async def test_an_address_that_was_wrong_is_read_again_where_it_is_mended(
    other: Other, secrets: Secrets, webhooks: Webhooks
) -> None:
    right, secrets.texts[OPS.id] = secrets.texts[OPS.id], "https://hooks.evil.example/s3cret"
    with pytest.raises(PlaceGone):
        await webhooks.post(OPS, ALERT)
    secrets.texts[OPS.id], other.answers = right, [web.Response(text="ok")]
    await webhooks.post(OPS, ALERT)
    assert len(other.heard) == 1


@pytest.mark.parametrize("status", [429, 500, 503, 408, 412])
async def test_it_waits_as_it_is_asked_to(other: Other, webhooks: Webhooks, status: int) -> None:
    other.answers = [web.Response(status=status, headers={"Retry-After": "7"})]
    with pytest.raises(TryLater) as later:
        await webhooks.post(OPS, ALERT)
    assert later.value.seconds == 7
    assert len(other.heard) == 1


@pytest.mark.parametrize(("asked", "waits"), [("inf", 900), ("1e9", 900), ("0", None), ("nan", None), ("x", None)])
async def test_nobody_can_have_it_wait_for_ever_or_ask_without_end(
    other: Other, webhooks: Webhooks, asked: str, waits: float | None
) -> None:
    other.answers = [web.Response(status=429, headers={"Retry-After": asked}, text="[" * 4_000)]
    with pytest.raises(TryLater) as later:
        await webhooks.post(OPS, ALERT)
    assert later.value.seconds == waits


@pytest.mark.parametrize("path", ["services/T0/B0/s3cret", "workflows/0a1b?sig=s3cret"])
async def test_what_is_found_fault_with_goes_out_as_plain_text_once(
    other: Other, secrets: Secrets, webhooks: Webhooks, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    secrets.texts[OPS.id] = f"{other.base}/{path}"
    other.answers = [web.Response(status=400, text="invalid_blocks"), web.Response(text="ok")]
    with caplog.at_level(logging.INFO):
        await webhooks.post(OPS, ALERT)
    rich, plain = map(json.dumps, other.heard)
    assert "ColumnSet" in rich or "blocks" in rich
    assert "ColumnSet" not in plain
    assert "blocks" not in plain
    assert "/alerts acknowledge 3f00aa11bb" in plain
    assert "invalid_blocks" in caplog.text
    other.answers = [web.Response(status=400, text="invalid_blocks"), web.Response(status=400, text="s3cret <b>")]
    with pytest.raises(Refused, match="the webhook says 400"):
        await webhooks.post(OPS, ALERT)
    assert "s3cret" not in caplog.text


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_is_not_followed(other: Other, webhooks: Webhooks, status: int) -> None:
    other.answers = [web.Response(status=status, headers={"Location": f"{other.base}/elsewhere"})] * 2
    with pytest.raises(PlaceGone, match=str(status)):
        await webhooks.post(OPS, ALERT)
    assert len(other.heard) == 1


@pytest.mark.parametrize(
    "name", ["deskside/webhook/", "deskside/slack", "ops", "arn:aws:secretsmanager:x", "deskside/webhook/a b", ""]
)
async def test_no_other_secret_is_read(secrets: Secrets, webhooks: Webhooks, name: str) -> None:
    with pytest.raises(PlaceGone, match="deskside/webhook/"):
        await webhooks.post(Place(scheme="webhook", id=name), ALERT)
    assert secrets.reads == 0


async def test_a_secret_that_cannot_be_read_or_holds_no_address_says_so_without_quoting_it(
    secrets: Secrets, webhooks: Webhooks
) -> None:
    with pytest.raises(PlaceGone, match="there is no secret deskside/webhook/ops"):
        await webhooks.post(OPS, ALERT)
    for failure, meant, why in [
        (refused("AccessDeniedException"), TryLater, "AWS refused GetSecretValue: AccessDeniedException"),
        (ValueError("the secret is binary: s3cret"), PlaceGone, "no text$"),
    ]:
        secrets.fails = failure
        with pytest.raises(meant, match=why):
            await webhooks.post(OPS, ALERT)
    secrets.fails = None
    for text in ("https://hooks.evil.example/s3cret", "s3cret", "http://10.0.0.1/s3cret"):
        secrets.texts[OPS.id] = text
        fresh = Webhooks(secrets.read, lambda _: False, local=True)
        with pytest.raises(PlaceGone) as gone:
            await fresh.post(OPS, ALERT)
        assert "s3cret" not in str(gone.value)


async def test_what_does_not_answer_is_tried_later_without_its_address(secrets: Secrets, other: Other) -> None:
    secrets.texts[OPS.id] = "https://localhost/services/T0/B0/s3cret"
    outside = Webhooks(secrets.read, lambda host: host == "localhost")
    await outside.start()
    with pytest.raises(TryLater, match="its host stands for an address that is not public") as later:
        await outside.post(OPS, ALERT)
    assert later.value.__cause__ is None
    await outside.close()
    secrets.texts[OPS.id] = "http://127.0.0.1:1/services/T0/B0/s3cret"
    inside = Webhooks(secrets.read, lambda _: False, local=True)
    await inside.start()
    with pytest.raises(TryLater, match=r"the webhook does not answer: \w+$"):
        await inside.post(OPS, ALERT)
    await inside.close()
