"""Threads on the page, in a real browser: replies stand under what they answer, and many of them are folded away."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from sandbox.slack.people import BOT_USER
from sandbox.slack.world import Said as SaidInSlack
from sandbox.teams.people import BOT
from sandbox.teams.world import Said as SaidInTeams
from tests.e2e.driver import CHATS, SLACK, Chat, opened
from tests.e2e.stage import VPN, Stage, staged
from tests.sandbox.page_world import PageWorld

pytestmark = pytest.mark.e2e

CHANNEL = "C0VPN00001"


@pytest.fixture
def stage() -> Iterator[Stage]:
    with staged() as stage:
        yield stage


@pytest.fixture
def page(browser: Browser, stage: Stage) -> Iterator[Page]:
    with opened(browser, stage.url) as page:
        yield page


def says(stage: Stage, chat: Chat, words: str, under: str | None = None) -> str:
    """The app posts something in #vpn, or replies; the message's id."""

    def in_slack(page: PageWorld) -> str:
        world = page.slack.world
        return world.post(SaidInSlack(world.new_ts(), CHANNEL, BOT_USER, words, thread_ts=under)).ts

    def in_teams(page: PageWorld) -> str:
        world, id_ = page.teams.world, page.teams.world.new_id()
        return world.post(SaidInTeams(id_, VPN, BOT, world.now(), words, "plain", thread=under or id_)).id

    return stage.does(in_slack if chat is SLACK else in_teams)


def replies(page: Page, root: str) -> Locator:
    """What stands under a message, and can be seen."""
    return page.locator(f'.thread[data-thread="{root}"] > .message:visible')


@pytest.mark.parametrize("chat", CHATS, ids=str)
def test_replies_stand_under_their_root(page: Page, stage: Stage, chat: Chat) -> None:
    chat.turn(page)
    first = says(stage, chat, "the disk is full")
    says(stage, chat, "something else")
    expect(page.locator(".message.follows")).to_contain_text(["something else"])
    says(stage, chat, "full again", first)
    expect(replies(page, first)).to_contain_text(["full again"])
    expect(page.locator(".message.follows")).to_have_count(0)
    expect(page.locator("#log .message")).to_contain_text(["the disk is full", "full again", "something else"])
    page.reload()
    chat.turn(page)
    expect(replies(page, first)).to_contain_text(["full again"])


@pytest.mark.parametrize("chat", CHATS, ids=str)
def test_of_many_replies_the_newest_are_shown(page: Page, stage: Stage, chat: Chat) -> None:
    chat.turn(page)
    root = says(stage, chat, "the disk is full")
    for count in range(2, 9):
        says(stage, chat, f"for the {count}th time", root)
    expect(replies(page, root)).to_contain_text(["for the 7th time", "for the 8th time"])
    expect(replies(page, root).first).to_contain_text("Deskside")
    page.get_by_role("button", name="Show 5 earlier replies").click()
    expect(replies(page, root)).to_have_count(7)
    says(stage, chat, "for the 9th time", root)
    expect(replies(page, root)).to_have_count(8)
    page.get_by_role("button", name="Show fewer replies").click()
    expect(page.get_by_role("button", name="Show 6 earlier replies")).to_be_focused()
    expect(replies(page, root)).to_contain_text(["for the 8th time", "for the 9th time"])


def test_a_reply_above_what_one_reads_is_told(page: Page, stage: Stage) -> None:
    root = says(stage, SLACK, "the disk is full")
    for number in range(60):
        says(stage, SLACK, f"line {number}")
    expect(page.locator("#log .message").last).to_be_in_viewport()
    says(stage, SLACK, "full again", root)
    page.get_by_role("button", name="New reply").click()
    expect(replies(page, root)).to_be_in_viewport()
    expect(page.get_by_role("button", name="New reply")).to_be_hidden()
