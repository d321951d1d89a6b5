"""An alert on the page: raised in the panel, told in both chats, acknowledged in one, over in both; then muted."""

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.demo import Sandbox
from tests.e2e.driver import CHATS, DOCS, SLACK, TEAMS, Chat, become, card, go, opened, say, take_picture

pytestmark = pytest.mark.e2e

HIGH = "CPU of ws-0a1b2c3d2 is high"
FINE = "CPU of ws-0a1b2c3d2 is fine again"


def at(page: Page, chat: Chat) -> None:
    """Be Oda in #it-help."""
    chat.turn(page)
    become(page, "Oda Falk")
    go(page, "it-help")


def panel(page: Page, deed: str) -> None:
    page.get_by_role("button", name=f"{deed}: Ren's CPU").click()


def alert(page: Page, title: str) -> Locator:
    """The newest card of the alert, with the thread below it."""
    return card(page, title).last


def subscribe(page: Page, chat: Chat) -> None:
    at(page, chat)
    say(page, chat.typed("alerts subscribe alarms"))
    expect(chat.answer(page)).to_contain_text("From now on the place where you asked hears alarms.")


def test_raised_in_both_acknowledged_in_one_over_in_both(browser: Browser, sandbox: Sandbox) -> None:
    with opened(browser, sandbox.url) as page:
        for chat in CHATS:
            subscribe(page, chat)
        panel(page, "Run up")
        for chat in CHATS:
            at(page, chat)
            expect(alert(page, HIGH)).to_contain_text("above 95 % for 3 min")

        alert(page, HIGH).get_by_role("button", name="Acknowledge").click()
        expect(TEAMS.answer(page)).to_contain_text(f"You are on it: {HIGH}.")
        at(page, SLACK)
        expect(alert(page, HIGH)).to_contain_text("oda is on it since")
        expect(alert(page, HIGH).get_by_role("button", name="Acknowledge")).to_have_count(0)
        page.locator(".toast-close").evaluate_all("all => all.forEach((one) => one.click())")
        expect(page.locator(".toast")).to_have_count(0)  # nothing lies over the picture
        page.get_by_role("heading", name="AWS events").evaluate("title => title.scrollIntoView()")
        take_picture(page, DOCS / "page-alerts.png")

        panel(page, "Calm")
        for chat in CHATS:
            at(page, chat)
            expect(alert(page, FINE)).to_contain_text("Over after")
            expect(page.locator(".thread .message").last).to_contain_text("no longer above 95 %")
            expect(card(page, HIGH)).to_have_count(0)
    assert not [line for line in sandbox.log if "Traceback" in line], "".join(sandbox.log)


def test_muted_after_a_look_at_what_that_hides(browser: Browser, sandbox: Sandbox) -> None:
    with opened(browser, sandbox.url) as page:
        at(page, SLACK)
        say(page, "/alerts mute 2h cpu")
        preview = SLACK.answer(page)
        expect(preview).to_contain_text("Today it would have hidden")
        expect(preview).to_contain_text(HIGH)
        preview.get_by_role("button", name="Mute for 2 h").click()
        expect(SLACK.answer(page)).to_contain_text("Then it is told as one list.")

        panel(page, "Run up")
        at(page, TEAMS)
        expect(alert(page, HIGH)).to_be_visible()
        at(page, SLACK)
        expect(card(page, HIGH)).to_have_count(0)
        SLACK.answer(page).get_by_role("button", name="Unmute").click()
        held = card(page, "While this was muted: 1 alert")
        expect(held).to_contain_text(f"{HIGH}, since")
        expect(held.get_by_role("button", name="What is open")).to_be_visible()
