"""The Home tab of the page's Slack, in a real browser."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from sandbox.slack.people import BOT_USER
from sandbox.slack.world import Said
from tests.e2e.driver import TEAMS, go, opened
from tests.e2e.stage import Stage, staged
from tests.sandbox.page_world import PageWorld

pytestmark = pytest.mark.e2e

MIKA = "U0MIKA0001"


@pytest.fixture
def stage() -> Iterator[Stage]:
    with staged() as stage:
        yield stage


def drawn(stage: Stage, title: str, *labels: str) -> None:
    """The app draws Mika's Home."""
    buttons = [
        {"type": "button", "action_id": f"b:{n}", "value": label, "text": {"type": "plain_text", "text": label}}
        for n, label in enumerate(labels)
    ]
    blocks: list[dict[str, Any]] = [{"type": "header", "text": {"type": "plain_text", "text": title}}]
    blocks += [{"type": "actions", "block_id": "do", "elements": buttons}] if buttons else []
    stage.does(lambda page: page.slack.world.publish(MIKA, {"id": "V1", "type": "home", "blocks": blocks}))


def tab(page: Page, name: str) -> None:
    page.get_by_role("group", name="Show").get_by_role("button", name=name).click()


def test_a_home_is_drawn_where_it_is_opened_and_again_when_it_changes(browser: Browser, stage: Stage) -> None:
    with opened(browser, stage.url) as page:
        expect(page.get_by_role("group", name="Show")).to_be_hidden()
        go(page, "Deskside")
        tab(page, "Home")
        expect(page.get_by_role("region", name="Home")).to_contain_text("Deskside draws your Home")
        expect(page.get_by_role("combobox", name="Message")).to_be_hidden()
        drawn(stage, "Your desk", "Restart", "Rebuild")
        expect(page.get_by_role("heading", name="Your desk")).to_be_visible()
        page.get_by_role("button", name="Rebuild").focus()
        drawn(stage, "Your desk again", "Restart", "Rebuild")
        expect(page.get_by_role("heading", name="Your desk again")).to_be_visible()
        expect(page.get_by_role("button", name="Rebuild")).to_be_focused()
        page.get_by_role("button", name="Rebuild").press("Enter")
        expect(page.get_by_role("button", name="Rebuild")).not_to_have_attribute("aria-busy", "true")
    assert [event["event"]["tab"] for event in stage.asked.events] == ["home"]
    (pressed,) = stage.asked.payloads
    assert (pressed["container"]["type"], pressed["actions"][0]["value"]) == ("view", "Rebuild")


def test_messages_stay_unread_while_one_is_at_home(browser: Browser, stage: Stage) -> None:
    def said(page: PageWorld) -> None:
        world = page.slack.world
        world.post(Said(world.new_ts(), world.direct(MIKA).id, BOT_USER, "It is done."))

    with opened(browser, stage.url) as page:
        go(page, "Deskside")
        tab(page, "Home")
        stage.does(said)
        badge = page.locator("#places .badge")
        expect(badge).to_contain_text("1")
        tab(page, "Messages")
        expect(badge).to_have_count(0)
        expect(page.locator("#log")).to_contain_text("It is done.")
        TEAMS.turn(page)
        go(page, "Deskside")
        expect(page.get_by_role("group", name="Show")).to_be_hidden()


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_too_wide(browser: Browser, stage: Stage, width: int) -> None:
    with opened(browser, stage.url) as page:
        go(page, "Deskside")
        page.set_viewport_size({"width": width, "height": 780})
        drawn(stage, "Your desk " * 12, "Restart " * 8, "Rebuild " * 8)
        tab(page, "Home")
        expect(page.get_by_role("heading", name="Your desk")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        title = page.locator("#place-name").bounding_box()
        assert title is not None
        assert title["width"] > 60
