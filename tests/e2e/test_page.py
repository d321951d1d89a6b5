"""`python -m sandbox` in a real browser: what somebody sees who tries Deskside for the first time."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.demo import Sandbox
from tests.e2e.driver import CHATS, SLACK, TEAMS, Chat, become, card, go, opened, say, take_picture

pytestmark = pytest.mark.e2e

READY_MS = 60_000  # two associations of 6 s, and a look every 2 s
OFF_MS = 120_000  # 30 s without a connection, then 3 s of disassociating

in_both = pytest.mark.parametrize("chat", CHATS, ids=str)


def extend_by_form(page: Page, chat: Chat) -> None:
    """A missing argument is asked for, and what is wrong is said beside its field."""
    say(page, chat.typed("vpn extend"))
    form = chat.form(page)
    length = form.get_by_role("textbox")
    length.fill("banana")
    form.get_by_role("button", name="Extend").click()
    expect(form).to_contain_text("is not a duration")
    expect(length).to_have_value("banana")
    length.fill("1h")
    form.get_by_role("button", name="Extend").click()
    expect(chat.answer(page)).to_contain_text("until")
    expect(page.locator(".form-field")).to_have_count(0)


@in_both
def test_the_vpn_goes_on_is_used_and_goes_off_by_itself(browser: Browser, sandbox: Sandbox, chat: Chat) -> None:
    with opened(browser, sandbox.url) as page:
        chat.turn(page)
        become(page, "Mika Lind")
        go(page, "vpn")
        tokyo, bill = page.get_by_role("region", name="Endpoint tokyo"), page.locator("#bill")
        expect(tokyo.locator(".pill")).to_have_text("off")
        expect(page.get_by_text("Nothing is running up cost")).to_be_visible()
        before = bill.inner_text()

        say(page, chat.typed("vpn on"))
        expect(card(page, "VPN tokyo is switching on").last).to_be_visible()
        expect(tokyo.locator(".pill")).to_have_text("switching on")
        expect(card(page, "VPN tokyo is on").last).to_be_visible(timeout=READY_MS)
        expect(tokyo.locator(".subnets [data-state=associated]")).to_have_count(2)
        expect(page.get_by_role("button", name=re.compile(r"Deskside \d unread"))).to_be_visible()
        extend_by_form(page, chat)
        go(page, "vpn")
        say(page, chat.typed("vpn profile"))
        expect(chat.file(page, "tokyo")).to_have_attribute("download", re.compile("tokyo"))
        go(page, "vpn")

        for person in ("Mika Lind", "Ren Sato"):
            tokyo.get_by_role("combobox").select_option(person)
            tokyo.get_by_role("button", name="Connect", exact=True).click()
            expect(tokyo.get_by_role("button", name=f"Close the connection of {person}")).to_be_visible()
        expect(card(page, "VPN tokyo is on").last).to_contain_text("2 connections")
        expect(bill).not_to_have_text(before)
        take_picture(page, chat.picture)

        for person in ("Ren Sato", "Mika Lind"):
            tokyo.get_by_role("button", name=f"Close the connection of {person}").click()
        expect(tokyo.get_by_text("Nobody is connected")).to_be_visible()
        closing = card(page, "VPN tokyo is off").last
        expect(closing).to_be_visible(timeout=OFF_MS)
        expect(closing).to_contain_text("Nobody was connected")
        expect(closing).to_contain_text("mika")
        expect(closing).to_contain_text(re.compile(r"\$\d"))
        expect(tokyo.locator(".pill")).to_have_text("off")
        expect(page.get_by_text("Nothing is running up cost")).to_be_visible()
        assert not [line for line in sandbox.log if "Traceback" in line], "".join(sandbox.log)


def test_a_run_that_is_joined_from_the_other_chat_is_followed_there_too(browser: Browser, sandbox: Sandbox) -> None:
    with opened(browser, sandbox.url) as page:
        become(page, "Oda Falk")
        SLACK.turn(page)
        go(page, "it-help")
        say(page, SLACK.typed("vpn on"))
        expect(card(page, "VPN tokyo is")).to_be_visible()
        TEAMS.turn(page)
        go(page, "Deskside")
        expect(card(page, "VPN tokyo is")).to_have_count(0)  # nobody followed it here
        say(page, TEAMS.typed("vpn on"))
        expect(card(page, "VPN tokyo is on")).to_be_visible(timeout=READY_MS)
        say(page, TEAMS.typed("vpn off"))
        expect(card(page, "VPN tokyo is off")).to_be_visible(timeout=OFF_MS)
        SLACK.turn(page)
        go(page, "it-help")
        expect(card(page, "VPN tokyo is off")).to_be_visible()


@in_both
def test_commands_are_completed_with_the_keyboard(browser: Browser, sandbox: Sandbox, chat: Chat) -> None:
    with opened(browser, sandbox.url) as page:
        chat.turn(page)
        box = page.get_by_role("combobox", name="Message")
        box.press_sequentially(chat.typed("vpn st"))
        options = page.get_by_role("listbox", name="Commands").get_by_role("option")
        expect(options).to_have_count(1)
        box.press("Tab")
        expect(box).to_have_value(chat.typed("vpn status "))
        box.fill(chat.typed("vpn o"))
        box.press("ArrowDown")
        box.press("ArrowDown")
        expect(page.get_by_role("option", selected=True)).to_contain_text(chat.typed("vpn off"))
        box.press("Escape")
        expect(options).to_have_count(0)
        box.fill(chat.typed("deskside whoami"))
        box.press("Enter")
        expect(chat.answer(page)).to_contain_text("mika@example.com")


@in_both
def test_mistakes_are_answered_to_that_person_alone(browser: Browser, sandbox: Sandbox, chat: Chat) -> None:
    with opened(browser, sandbox.url) as page:
        chat.turn(page)
        go(page, "it-help")
        say(page, chat.typed("vpn on tokyo for banana"))
        expect(chat.answer(page)).to_contain_text("banana")
        become(page, "Ren Sato")
        expect(page.locator(".message:not(.mine)", has_text="is not a duration")).to_have_count(0)
        go(page, "it-help")
        expect(page.locator(".message:not(.mine)", has_text="is not a duration")).to_have_count(0)


def test_a_command_that_slack_does_not_know_is_not_sent(browser: Browser, sandbox: Sandbox) -> None:
    with opened(browser, sandbox.url) as page:
        say(page, "/nonsense")
        expect(page.get_by_role("alert")).to_contain_text("/nonsense is not a command here")


def test_what_somebody_writes_is_never_markup(browser: Browser, sandbox: Sandbox) -> None:
    with opened(browser, sandbox.url) as page:
        nasty = "<img src=x onerror=alert(1)> <b>bold</b> <javascript:alert(1)|click> *really* `x < y`"
        say(page, nasty)
        said = page.locator(".message").last.locator(".message-body")
        expect(said).to_have_text(nasty.replace("*", "").replace("`", ""))
        expect(said.locator("img, b, a, script")).to_have_count(0)
        expect(said.locator("strong")).to_have_text("really")


@pytest.mark.parametrize(("chat", "place"), [(SLACK, "# vpn"), (TEAMS, "vpn")], ids=str)
@pytest.mark.parametrize(("width", "dark"), [(390, False), (360, True)])
def test_a_phone_has_everything_behind_tabs(
    browser: Browser, sandbox: Sandbox, width: int, dark: bool, chat: Chat, place: str
) -> None:
    with opened(browser, sandbox.url, width=width, height=760, dark=dark) as page:
        page.get_by_role("button", name="Menu", exact=True).click()
        chat.turn(page)
        for tab, seen in (("Menu", "You are"), ("AWS", "Bill so far"), ("Chat", place)):
            page.get_by_role("button", name=tab, exact=True).click()
            expect(page.get_by_role("heading", name=seen, exact=True)).to_be_visible()
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        switch = page.get_by_role("button", name="Use light colours" if dark else "Use dark colours")
        before = page.evaluate("getComputedStyle(document.body).backgroundColor")
        switch.click()
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") != before


@in_both
def test_every_control_has_a_name(browser: Browser, sandbox: Sandbox, chat: Chat) -> None:
    with opened(browser, sandbox.url) as page:
        chat.turn(page)
        expect(page.get_by_role("region", name="Endpoint paris")).to_be_visible()
        tree = page.locator("body").aria_snapshot()
        nameless = [
            line for line in tree.splitlines() if re.match(r"\s*- (button|link|combobox|textbox)(:| \[|$)", line)
        ]
        assert nameless == []
        page.locator("body").evaluate("body => { body.tabIndex = -1; body.focus(); }")
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to the message box")).to_be_focused()


def test_a_killed_bot_comes_back(browser: Browser, sandbox: Sandbox) -> None:
    with opened(browser, sandbox.url) as page:
        page.get_by_text("Break something").click()
        page.get_by_role("button", name="Kill the bot").click()
        expect(page.get_by_role("alert")).to_contain_text("killed by SIGKILL")
        expect(page.locator("#bot-state")).to_have_text("Deskside is up", timeout=READY_MS)
        say(page, "/deskside whoami")
        expect(page.locator(".message.ephemeral").last).to_contain_text("mika@example.com")
