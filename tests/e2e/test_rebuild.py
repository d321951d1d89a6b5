"""A rebuild that goes from chat to chat on the page, from Oda's question to the end that the panel shows too."""

import pytest
from playwright.sync_api import Browser, expect

from sandbox.aws.workspaces_seed import MIKAS
from tests.e2e.demo import Sandbox
from tests.e2e.driver import DOCS, SLACK, TEAMS, at, card, go, is_heard, opened, say, take_picture

pytestmark = pytest.mark.e2e

ROWS = ".fleet-list li"
DONE_MS = 60_000  # a few seconds of rebuilding, and a look every 2 s


def test_asked_in_slack_approved_in_teams_answered_in_slack(browser: Browser, sandbox: Sandbox) -> None:
    with opened(browser, sandbox.url) as page:
        is_heard(page, TEAMS, "Ada Moreau")
        is_heard(page, SLACK, "Mika Lind")
        page.get_by_role("searchbox", name="Find a WorkSpace").fill(MIKAS)
        page.get_by_role("button", name="Connect mika").click()

        at(page, SLACK, "Oda Falk", "it-help")
        say(page, "/rebuild @mika Word crashes since the update")
        question = SLACK.answer(page)
        expect(question).to_contain_text("Rebuild the desktop of mika?")
        expect(question).to_contain_text("Somebody is, now")
        question.get_by_role("button", name="Ask for approval").click()
        waiting = card(page, "Rebuilding a desktop waits for an approval")
        expect(waiting).to_be_visible()
        expect(waiting).not_to_contain_text("mika")
        expect(waiting.get_by_role("button")).to_have_count(0)

        at(page, SLACK, "Oda Falk")
        asked = card(page, "Rebuild the desktop of mika?").last
        expect(asked.get_by_role("button", name="Cancel")).to_be_visible()
        at(page, TEAMS, "Oda Falk")
        expect(page.get_by_role("button", name="Approve", exact=True)).to_have_count(0)

        at(page, TEAMS, "Ada Moreau")
        decided = card(page, "Rebuild the desktop of mika?").last
        expect(decided).to_contain_text("Word crashes since the update")
        decided.get_by_role("button", name="Approve", exact=True).click()
        expect(page.locator(TEAMS.private).last).to_contain_text("You approved it: rebuild the desktop of mika.")
        expect(page.get_by_role("button", name="Approve", exact=True)).to_have_count(0)
        page.locator(".toast-close").evaluate_all("all => all.forEach((one) => one.click())")
        expect(page.locator(".toast")).to_have_count(0)  # nothing lies over the picture

        at(page, SLACK, "Mika Lind")
        wish = card(page, "Oda asks to rebuild your desktop: when does it suit you?")
        expect(wish.get_by_role("button")).to_have_text(["Now", "In 15 min", "Tonight 20:00", "Not me"])
        expect(page.locator(ROWS)).to_contain_text("connected")
        take_picture(page, DOCS / "page-rebuild.png")
        wish.get_by_role("button", name="Now").click()
        expect(SLACK.answer(page)).to_contain_text("It begins now")

        expect(page.locator(ROWS)).to_contain_text("rebuilding", timeout=DONE_MS)
        expect(page.locator(ROWS)).to_contain_text("available", timeout=DONE_MS)
        expect(page.locator("#log")).to_contain_text("Your desktop has been rebuilt.", timeout=DONE_MS)
        page.get_by_role("group", name="Show").get_by_role("button", name="Home").click()
        home = page.get_by_role("region", name="Home")
        expect(home).to_contain_text("WSAMZN-A1B2C3D1")
        expect(home).to_contain_text("On (AVAILABLE)")
        page.get_by_role("group", name="Show").get_by_role("button", name="Messages").click()

        at(page, SLACK, "Oda Falk")
        expect(card(page, "The desktop of mika has been rebuilt")).to_contain_text("AVAILABLE")
        go(page, "it-help")
        over = card(page, "A desktop has been rebuilt")
        expect(over).to_be_visible()
        expect(over).not_to_contain_text("mika")
        at(page, TEAMS, "Ada Moreau")
        expect(card(page, "The desktop of mika has been rebuilt")).to_contain_text("ada: yes")
    assert not [line for line in sandbox.log if "Traceback" in line], "".join(sandbox.log)
