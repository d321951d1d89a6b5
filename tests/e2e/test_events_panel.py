"""AWS events in the panel: alarms that turn, and one click for everything else, by mouse and by keyboard."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from sandbox.aws import happenings
from sandbox.aws.alarms_seed import CPU
from sandbox.aws.bus import FORWARD
from sandbox.aws.server import SandboxAws
from tests.e2e.driver import opened
from tests.e2e.stage import staged

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def heard() -> list[object]:
    """What the function that forwards events was invoked with."""
    return []


@pytest.fixture(scope="module")
def aws(heard: list[object]) -> Iterator[SandboxAws]:
    with SandboxAws() as aws:
        aws.lambdas.register(FORWARD, lambda event, _context: heard.append(event), durable=False)
        yield aws


@pytest.fixture(scope="module")
def url(aws: SandboxAws) -> Iterator[str]:
    """The page, with the simulated AWS behind it and no bot."""
    with staged(aws.url) as stage:
        yield stage.url


def state(aws: SandboxAws) -> str:
    return next(str(one["StateValue"]) for one in aws.state()["alarms"] if one["AlarmName"] == CPU)


def note(page: Page, words: str) -> None:
    expect(page.locator(".happenings-note")).to_have_text(re.compile(words))


@pytest.mark.parametrize("width", [1280, 390])
def test_an_alarm_is_raised_and_calmed_by_keyboard(browser: Browser, aws: SandboxAws, url: str, width: int) -> None:
    with opened(browser, url, width=width) as page:
        if width < 720:
            page.get_by_role("button", name="AWS", exact=True).click()
        up = page.get_by_role("button", name="Run up: Ren's CPU")
        up.focus()
        page.keyboard.press("Enter")
        note(page, r"Ren's CPU: in alarm\. Taken by deskside-alerts-alarms\.")
        calm = page.get_by_role("button", name="Calm: Ren's CPU")
        expect(calm).to_be_focused()
        assert state(aws) == "ALARM"
        page.keyboard.press("Enter")
        expect(up).to_be_focused()
        assert state(aws) == "OK"
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_each_event_is_one_click(browser: Browser, aws: SandboxAws, url: str, heard: list[object]) -> None:
    with opened(browser, url) as page:
        for title, group in happenings.GROUPS:
            shown = page.get_by_role("group", name=title)
            for one in group:
                before = len(heard)
                shown.locator(f"button[data-happening={one.name}], [data-happening={one.name}] button").click()
                note(page, re.escape(one.label))
                aws.lambdas.wait_idle()
                assert len(heard) > before, one.name
