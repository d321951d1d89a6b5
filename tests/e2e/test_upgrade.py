"""An upgrade on the page: asked for by the form in Slack, approved in Teams, watched, held, and its report opened."""

import csv
import io
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.demo import Sandbox
from tests.e2e.driver import DOCS, SLACK, TEAMS, at, become, card, go, is_heard, opened, say, take_picture

pytestmark = pytest.mark.e2e

WAVE_MS = 120_000  # a few seconds of rebuilding, and the first look after 40 s, on two busy cores
SEVEN = "mika, oda, ada, diego.ramos, gita.sharma, goran.petrov, jana.novotna"
ALWAYS_HAD = (
    "WorkspaceId,ComputerName,BaselineSnapshotIso,FreshSnapshotIso,NotifySeconds,UserNotified,"
    "RebuildRequested,RebuildRequestedAt,TimedOutWaiting"
)


def is_asked_for(page: Page) -> None:
    """Oda fills in the form, looks at the plan and asks for it."""
    at(page, SLACK, "Oda Falk", "it-help")
    say(page, "/upgrade start")
    form = SLACK.form(page)
    form.get_by_role("textbox", name="Only these").fill(f"{SEVEN}, ren")
    form.get_by_role("textbox", name="Canary").fill("2")
    form.get_by_role("textbox", name="Then waves of").fill("100%")
    form.get_by_role("textbox", name="Owners are told before").fill("none")
    form.get_by_role("textbox", name="Reason").fill("Security updates of November")
    form.get_by_role("button", name="Show the plan").click()
    plan = SLACK.answer(page)
    expect(plan).to_contain_text("Upgrade 7 desktops of Office to office-2026-2?")
    expect(plan).to_contain_text("7, in 2 waves of 2 (the canary) and 5")
    expect(plan).to_contain_text("1 of another bundle")
    plan.get_by_role("button", name="Ask for approval").click()
    expect(card(page, "Upgrade 7 desktops of Office to office-2026-2?").last).to_contain_text("Decide until")


def is_approved(page: Page) -> None:
    """Ada decides, in the other chat."""
    at(page, TEAMS, "Ada Moreau")
    decided = card(page, "Upgrade 7 desktops of Office to office-2026-2?").last
    expect(decided).to_contain_text("Security updates of November")
    decided.get_by_role("button", name="Approve", exact=True).click()
    expect(page.locator("#log")).to_contain_text("You approved it: upgrade 7 desktops of Office.")
    page.locator(".toast-close").evaluate_all("all => all.forEach((one) => one.click())")
    expect(page.locator(".toast")).to_have_count(0)  # nothing lies over the picture


def saved(page: Page, link: Locator) -> str:
    """What is in the file that a link leads to."""
    with page.expect_download() as download:
        link.click()
    return Path(download.value.path()).read_text(encoding="utf-8-sig")


def test_asked_for_by_the_form_approved_in_teams_held_and_reported(browser: Browser, sandbox: Sandbox) -> None:
    with opened(browser, sandbox.url, height=1000) as page:
        is_heard(page, TEAMS, "Ada Moreau")
        is_asked_for(page)
        is_approved(page)

        at(page, SLACK, "Oda Falk", "it-help")
        canary = card(page, "Upgrading 7 desktops of Office: the canary")
        expect(canary).to_contain_text("2 are being rebuilt, 5 wait", timeout=WAVE_MS)
        canary.get_by_role("button", name="Pause").click()
        paused = card(page, "Upgrading 7 desktops of Office is paused")
        expect(paused).to_contain_text("Paused by oda")
        expect(paused).to_contain_text("2 done", timeout=WAVE_MS)
        expect(paused).to_contain_text("5 wait")
        paused.get_by_role("button", name="Resume").click()

        rest = card(page, "Upgrading 7 desktops of Office: wave 2 of 2")
        expect(rest).to_contain_text("5 are being rebuilt", timeout=WAVE_MS)
        expect(page.locator("#log")).to_contain_text("The canary is through: 2 done so far.")
        page.get_by_role("searchbox", name="Find a WorkSpace").fill("rebuilding")
        expect(page.locator(".fleet-list li").first).to_contain_text("rebuilding")
        take_picture(page, DOCS / "page-upgrade.png")
        over = card(page, "7 desktops of Office have been upgraded").first
        expect(over).to_contain_text("7 done", timeout=WAVE_MS)
        expect(over.get_by_role("button")).to_have_text(["Roll back", "Report"])

        go(page, "Deskside")
        report = page.locator(".file").get_by_role("link", name=re.compile(r"^upgrade-"))
        expect(report).to_have_count(2)
        rows = list(csv.reader(io.StringIO(saved(page, report.filter(has_text=".csv")))))
        assert ",".join(rows[0][:9]) == ALWAYS_HAD
        done = [row for row in rows[1:] if row[rows[0].index("Outcome")] == "done"]
        assert len(done) == 7
        assert "WorkSpaces: 7 (7 done)" in saved(page, report.filter(has_text=".txt"))
        become(page, "Ada Moreau")
        go(page, "it-help")
        expect(card(page, "7 desktops of Office have been upgraded").first).to_be_visible()
    assert not [line for line in sandbox.log if "Traceback" in line], "".join(sandbox.log)
