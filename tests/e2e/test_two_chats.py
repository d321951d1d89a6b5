"""Teams on the page, beside Slack: the switch, cards and their forms, files, and what an edit leaves alone."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from sandbox.teams.world import CARD, FILE_CONSENT, Json
from tests.e2e.driver import SLACK, TEAMS, become, go, opened
from tests.e2e.stage import VPN, Stage, button, buttons, staged, text

pytestmark = pytest.mark.e2e

TOAST = "application/vnd.microsoft.activity.message"
FOR: Json = {
    "type": "Input.Text",
    "id": "for",
    "label": "For how long",
    "isRequired": True,
    "errorMessage": "Please fill this in.",
}
COUNT: Json = {
    "type": "Input.Number",
    "id": "count",
    "label": "How many",
    "min": 1,
    "max": 3,
    "errorMessage": "Please type a number from 1 to 3.",
}
WHERE: Json = {
    "type": "Input.ChoiceSet",
    "id": "where",
    "label": "Where",
    "style": "compact",
    "value": "b",
    "choices": [{"title": "Tokyo", "value": "a"}, {"title": "Paris", "value": "b"}],
}
SEND = button("Send", form="n")


@pytest.fixture
def stage() -> Iterator[Stage]:
    with staged() as stage:
        yield stage


@pytest.fixture
def page(browser: Browser, stage: Stage) -> Iterator[Page]:
    with opened(browser, stage.url) as page:
        TEAMS.turn(page)
        yield page


def answers_with_card(stage: Stage, *body: Json) -> None:
    card = {"type": "AdaptiveCard", "version": "1.5", "body": list(body)}
    stage.asked.answer = {"statusCode": 200, "type": CARD, "value": card}


def test_the_switch_tells_what_is_unread_and_is_remembered(page: Page, stage: Stage) -> None:
    switch = page.get_by_role("group", name="Chat")
    stage.slack_says("good morning")
    stage.slack_says("anybody there?")
    expect(switch.get_by_role("button", name="Slack 2 unread")).to_be_visible()
    page.reload()
    expect(switch.get_by_role("button", name="Teams")).to_have_attribute("aria-pressed", "true")
    stage.slack_says("hello?")
    slack = switch.get_by_role("button", name="Slack 1 unread")
    slack.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".message").last).to_contain_text("hello?")
    expect(switch.get_by_role("button", name="Slack", exact=True)).to_be_focused()
    stage.says(VPN, text("the VPN is off"))
    expect(switch.get_by_role("button", name="Teams 1 unread")).to_be_visible()


def test_one_is_the_same_person_in_both_chats(page: Page) -> None:
    become(page, "Alex Novak")
    expect(page.locator("#places").get_by_role("button", name="ops")).to_be_visible()
    SLACK.turn(page)
    expect(page.locator(".person[aria-pressed=true]")).to_contain_text("Alex Novak")
    expect(page.locator("#places").get_by_role("button", name="deskside-admin")).to_be_visible()


def test_deskside_is_mentioned_where_it_can_hear(page: Page, stage: Stage) -> None:
    box = page.get_by_role("combobox", name="Message")
    expect(page.locator("#composer-mention")).to_have_text("@Deskside")
    box.press_sequentially("vpn o")
    expect(page.get_by_role("option")).to_have_count(2)
    box.press("Tab")
    expect(box).to_have_value("vpn on ")
    box.press("Enter")
    expect(page.locator(".message.mine").last).to_contain_text("@Deskside vpn on")
    assert stage.asked.activities[-1]["text"] == "<at>Deskside</at>&nbsp;vpn on"
    go(page, "Deskside")
    expect(page.locator("#composer-mention")).to_be_hidden()
    become(page, "Oda Falk")
    go(page, "ops")
    expect(page.locator("#composer-mention")).to_be_hidden()
    expect(page.locator("#composer-hint")).to_contain_text("Deskside is not in this team")


def test_a_form_is_checked_beside_its_fields_before_it_is_sent(page: Page, stage: Stage) -> None:
    stage.says(stage.chat, text("Extend", size="Medium", weight="Bolder"), FOR, COUNT, WHERE, buttons(SEND))
    go(page, "Deskside")
    form = page.locator(".ac").last
    send, length = form.get_by_role("button", name="Send"), form.get_by_label("For how long")
    form.get_by_label("How many").fill("9")
    send.click()
    expect(length).to_be_focused()
    expect(length).to_have_accessible_description("Please fill this in.")
    expect(form.get_by_label("How many")).to_have_accessible_description("Please type a number from 1 to 3.")
    assert stage.asked.activities == []
    length.fill("banana")
    form.get_by_label("How many").fill("2")
    wrong = text("'banana' is not a duration", color="Attention", weight="Bolder")
    answers_with_card(stage, {**FOR, "value": "banana"}, wrong, COUNT, WHERE, buttons(SEND))
    send.click()
    expect(form).to_contain_text("is not a duration")
    expect(length).to_have_value("banana")
    data = stage.asked.activities[-1]["value"]["action"]["data"]
    assert data == {"form": "n", "for": "banana", "count": "2", "where": "b"}
    answers_with_card(stage, text("Sent: /vpn extend 1h"))
    send.click()
    expect(page.locator(".message").last).to_contain_text("Sent: /vpn extend 1h")
    expect(page.locator(".form-field")).to_have_count(0)


def test_a_button_that_asks_first_opens_below_and_is_answered_with_a_notice(page: Page, stage: Stage) -> None:
    question = {"type": "AdaptiveCard", "body": [text("Really?")], "actions": [button("Off", command="vpn off")]}
    asking = {"type": "Action.ShowCard", "title": "Off", "card": question}
    stage.asked.answer = {"statusCode": 200, "type": TOAST, "value": "Received: the answer comes in your chat."}
    said = stage.says(VPN, text("on"), buttons(asking, button("Join", command="vpn on")))
    card = page.locator(".ac").first
    first = card.get_by_role("button", name="Off").first
    expect(card.get_by_text("Really?")).to_be_hidden()
    first.click()
    expect(first).to_have_attribute("aria-expanded", "true")
    stage.edits(said, text("on, 1 connection"), buttons(button("Join", command="vpn on"), asking))
    expect(card).to_contain_text("1 connection")
    expect(card.get_by_text("Really?")).to_be_visible()
    card.get_by_role("button", name="Off").last.click()
    expect(page.get_by_role("alert")).to_contain_text("Received")
    assert stage.asked.activities[-1]["value"]["action"]["data"] == {"command": "vpn off"}


def test_an_edit_leaves_alone_what_somebody_is_typing(page: Page, stage: Stage) -> None:
    said = stage.says(VPN, FOR, COUNT, buttons(SEND))
    length = page.locator(".ac").last.get_by_label("For how long")
    length.fill("2h 30m")
    length.press("Home")
    stage.edits(said, text("Still open"), FOR, COUNT, buttons(SEND))
    expect(page.locator(".ac").last).to_contain_text("Still open")
    expect(length).to_be_focused()
    expect(length).to_have_value("2h 30m")
    page.keyboard.type("1")
    expect(length).to_have_value("12h 30m")
    stage.edits(said, text("Closed"))
    expect(page.locator(".message").last).to_be_focused()


def test_a_file_comes_when_one_allows_it(page: Page, stage: Stage) -> None:
    content = {"description": "Your profile", "sizeInBytes": 6, "acceptContext": {"file": "n"}}
    consent = {"contentType": FILE_CONSENT, "name": "tokyo.ovpn", "content": content}
    stage.says(stage.chat, attachments=(consent,))
    go(page, "Deskside")
    offer = page.get_by_role("region", name="File tokyo.ovpn")
    expect(offer).to_contain_text("Your profile")
    offer.get_by_role("button", name="Allow").click()
    expect(offer.get_by_role("button")).to_have_count(0)
    assert stage.asked.activities[-1]["value"]["action"] == "accept"


def test_what_is_in_a_card_is_never_markup(page: Page, stage: Stage) -> None:
    nasty = "<img src=x onerror=alert(1)> <b>bold</b> **really** [x](y)"
    evil = {"type": "Action.OpenUrl", "url": "javascript:alert(1)"}
    unknown = {"type": "Future.Thing", "fallback": text("instead")}
    stage.says(
        VPN,
        text(nasty),
        text("click", selectAction=evil),
        unknown,
        {"type": "Future.Other"},
        {"type": "Future.Third", "fallback": "drop"},
        buttons(
            {**evil, "title": "Evil"}, {"type": "Action.New", "title": "New", "fallback": button("Old", command="x")}
        ),
    )
    card = page.locator(".ac").last
    expect(card.locator("p").first).to_have_text(nasty)
    expect(card.locator("img, b, strong, a, script")).to_have_count(0)
    expect(card).to_contain_text("instead")
    expect(card).to_contain_text("Something that this page cannot draw: Future.Other")
    expect(card).not_to_contain_text("Future.Third")
    expect(card.get_by_role("button", name="Evil")).to_be_disabled()
    expect(card.get_by_role("button", name="Old")).to_be_enabled()
