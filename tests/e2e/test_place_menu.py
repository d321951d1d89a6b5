"""What can become of a channel, from the page's menu in a real browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.driver import CHATS, SLACK, Chat, go, opened
from tests.e2e.stage import staged

pytestmark = pytest.mark.e2e


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with staged() as stage, opened(browser, stage.url) as page:
        yield page


def menu(page: Page) -> Locator:
    return page.locator("#place-menu")


@pytest.mark.parametrize("chat", CHATS, ids=str)
def test_a_channel_is_archived_and_loses_the_app(page: Page, chat: Chat) -> None:
    chat.turn(page)
    channel, team = ("#vpn", "#vpn") if chat is SLACK else ("vpn", "Desk")
    box = page.get_by_role("combobox", name="Message")
    menu(page).locator("summary").click()
    menu(page).get_by_role("button", name=f"Archive {channel}").click()
    expect(page.locator("#place-topic")).to_contain_text("Archived")
    expect(box).to_have_attribute("placeholder", f"{channel} is archived: nobody can write here")
    expect(box).to_be_disabled()
    menu(page).locator("summary").click()
    menu(page).get_by_role("button", name=f"Take {channel} out of the archive").click()
    expect(page.locator("#place-topic")).not_to_contain_text("Archived")
    expect(box).to_be_enabled()
    menu(page).locator("summary").click()
    menu(page).get_by_role("button", name=f"Remove Deskside from {team}").click()
    menu(page).locator("summary").press("Enter")
    expect(menu(page).get_by_role("button", name=f"Add Deskside to {team}")).to_be_visible()
    menu(page).locator("summary").press("Escape")
    expect(menu(page).get_by_role("button", name=f"Add Deskside to {team}")).to_be_hidden()
    go(page, "Deskside")
    expect(menu(page)).to_be_hidden()
