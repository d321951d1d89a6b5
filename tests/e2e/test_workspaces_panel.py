"""The fleet in the AWS panel: found by typing, connected and disconnected by keyboard, broken on purpose."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from sandbox.aws.server import SandboxAws
from sandbox.aws.workspaces_rules import QUIRKS
from sandbox.aws.workspaces_seed import MIKAS, RENS
from tests.e2e.driver import opened
from tests.e2e.stage import staged

pytestmark = pytest.mark.e2e

ROWS = ".fleet-list li"


@pytest.fixture(scope="module")
def aws() -> Iterator[SandboxAws]:
    with SandboxAws() as aws:
        yield aws


@pytest.fixture(scope="module")
def url(aws: SandboxAws) -> Iterator[str]:
    """The page, with the simulated AWS behind it and no bot."""
    with staged(aws.url) as stage:
        yield stage.url


def connection(aws: SandboxAws, workspace: str) -> str:
    told = {one["WorkspaceId"]: one["ConnectionState"] for one in aws.state()["workspaces"]}
    return str(told[workspace])


def search(page: Page, words: str) -> None:
    page.get_by_role("searchbox", name="Find a WorkSpace").fill(words)


@pytest.mark.parametrize("width", [1280, 390])
def test_a_workspace_is_found_and_its_user_connects_and_disconnects_by_keyboard(
    browser: Browser, aws: SandboxAws, url: str, width: int
) -> None:
    with opened(browser, url, width=width) as page:
        if width < 720:
            page.get_by_role("button", name="AWS", exact=True).click()
        expect(page.locator(ROWS)).to_have_count(60)
        search(page, "WSAMZN-A1B2C3D2")
        expect(page.locator(ROWS)).to_have_count(1)
        connect = page.get_by_role("button", name="Connect ren, WSAMZN-A1B2C3D2", exact=True)
        connect.focus()
        page.keyboard.press("Enter")
        disconnect = page.get_by_role("button", name="Disconnect ren, WSAMZN-A1B2C3D2")
        expect(disconnect).to_be_focused()
        expect(page.locator(ROWS)).to_contain_text("connected")
        assert connection(aws, RENS) == "CONNECTED"
        page.keyboard.press("Enter")
        expect(connect).to_be_focused()
        assert connection(aws, RENS) == "DISCONNECTED"
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_search_knows_states_and_tags_and_says_when_there_is_none(browser: Browser, url: str) -> None:
    with opened(browser, url) as page:
        search(page, "deskside:protect")
        expect(page.locator(ROWS)).to_contain_text("daria.novak")
        search(page, "admin maintenance team=finance")
        expect(page.locator(ROWS)).to_contain_text("carla.mendes")
        expect(page.locator(ROWS).get_by_role("button")).to_have_count(0)
        search(page, "nobody at all")
        expect(page.locator(ROWS)).to_have_text("No WorkSpace is like that")


def test_a_rebuild_is_seen_from_its_beginning_to_its_end(browser: Browser, aws: SandboxAws, url: str) -> None:
    with opened(browser, url) as page:
        search(page, MIKAS)
        expect(page.locator(ROWS)).to_contain_text("available")
        aws.workspaces.change("rebuild", MIKAS)
        expect(page.locator(ROWS)).to_contain_text("rebuilding")
        expect(page.locator(ROWS).get_by_role("button")).to_have_count(0)
        expect(page.locator(ROWS)).to_contain_text("available", timeout=20_000)


def test_something_is_broken_from_the_list_and_mended(browser: Browser, aws: SandboxAws, url: str) -> None:
    with opened(browser, url) as page:
        page.get_by_text("Break something").click()
        page.get_by_label("With WorkSpaces").select_option("The next rebuild ends UNHEALTHY")
        page.get_by_role("button", name="Break", exact=True).click()
        expect(page.locator(".fault-note")).to_have_text("The next rebuild ends UNHEALTHY.")
        assert aws.workspaces.quirks.bad_end("rebuild") == "UNHEALTHY"
        page.get_by_role("button", name="Break", exact=True).click()
        page.get_by_role("button", name="Mend everything").click()
        expect(page.locator(".fault-note")).to_have_text("Everything works again.")
        assert aws.workspaces.quirks.bad_end("rebuild") is None


def test_every_fault_of_the_list_is_one_that_the_simulation_knows(browser: Browser, aws: SandboxAws, url: str) -> None:
    with opened(browser, url) as page:
        chosen = page.evaluate(
            "import('/page/static/js/workspaces.js').then(it => it.WORKSPACE_FAULTS.map(([, fault]) => fault.error))"
        )
        assert set(chosen) - QUIRKS == {"ThrottlingException", "InternalServerException"}
        assert page.get_by_role("option").count() == 0  # they are behind "Break something"
