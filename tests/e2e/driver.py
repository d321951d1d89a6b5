"""The page in a real browser, and what one does in it: the same words for Slack and for Teams."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request, expect

DOCS = Path(__file__).parents[2] / "docs"
SOON_MS = 15_000

expect.set_options(timeout=SOON_MS)  # two busy cores are slower than the five seconds it gives by itself


@contextmanager
def opened(browser: Browser, url: str, *, width: int = 1280, height: int = 800, dark: bool = False) -> Iterator[Page]:
    """The page in a fresh context; it must not complain, nor ask for anything from elsewhere."""
    complaints: list[str] = []

    def heard(said: ConsoleMessage) -> None:
        if said.type in {"error", "warning"}:
            complaints.append(said.text)

    def asked(request: Request) -> None:
        if not request.url.startswith(url):
            complaints.append(request.url)

    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if dark else "light",
        device_scale_factor=1.5,
        locale="en-GB",
    )
    page = context.new_page()
    page.on("console", heard)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", asked)
    page.goto(url)
    expect(page.locator(".person")).not_to_have_count(0)
    try:
        yield page
    finally:
        context.close()
    assert complaints == []


def become(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click()
    expect(page.locator(".person[aria-pressed=true]")).to_contain_text(name)


def go(page: Page, place: str) -> None:
    """Open a conversation by its name."""
    page.locator("#places").get_by_role("button", name=re.compile(rf"^{place}\b")).click()
    expect(page.locator("#place-name")).to_contain_text(place)


def say(page: Page, text: str) -> None:
    box = page.get_by_role("combobox", name="Message")
    box.fill(text)
    box.press("Enter")


def card(page: Page, title: str) -> Locator:
    return page.locator(".message.card").filter(has=page.get_by_role("heading", name=title))


@dataclass(frozen=True)
class Chat:
    """One of the two chats. `private` finds what Deskside said to oneself alone, once one is where that comes."""

    name: str
    private: str
    picture: Path

    def __str__(self) -> str:
        return self.name.lower()

    def turn(self, page: Page) -> None:
        """Show this chat."""
        button = page.get_by_role("group", name="Chat").get_by_role("button", name=self.name)
        button.click()
        expect(button).to_have_attribute("aria-pressed", "true")

    def typed(self, words: str) -> str:
        """A command as one types it here."""
        return f"/{words}" if self is SLACK else words

    def answer(self, page: Page) -> Locator:
        """Deskside's newest private answer, where it comes: beside the question, or in one's own chat."""
        if self is TEAMS:
            go(page, "Deskside")
        return page.locator(self.private).last

    def form(self, page: Page) -> Locator:
        """The form that is open: a dialog, or the newest card with inputs."""
        if self is SLACK:
            return page.get_by_role("dialog")
        go(page, "Deskside")
        return page.locator(".message", has=page.locator(".ac .form-field")).last

    def file(self, page: Page, name: str) -> Locator:
        """The link of a file that Deskside sent; Teams asks first whether one wants it."""
        go(page, "Deskside")
        if self is TEAMS:
            page.get_by_role("region", name=re.compile(f"File .*{name}")).get_by_role(
                "button", name="Allow"
            ).last.click()
        return page.locator(".file").get_by_role("link", name=name).last


SLACK = Chat("Slack", ".message.ephemeral", DOCS / "page.png")
TEAMS = Chat("Teams", ".message:not(.mine)", DOCS / "page-teams.png")
CHATS = (SLACK, TEAMS)


def at(page: Page, chat: Chat, name: str, place: str = "Deskside") -> None:
    """Be somebody, somewhere."""
    chat.turn(page)
    become(page, name)
    go(page, place)


def is_heard(page: Page, chat: Chat, name: str) -> None:
    """What is meant for them comes from now on to where they were heard last."""
    at(page, chat, name)
    say(page, chat.typed("deskside whoami"))
    expect(chat.answer(page)).to_contain_text("@example.com")


def take_picture(page: Page, path: Path) -> None:
    """A picture for the README: no caret, no pointer over anything, nothing half drawn."""
    page.mouse.move(0, 0)
    page.locator("#log").evaluate("log => log.scrollTo(0, log.scrollHeight)")
    path.parent.mkdir(exist_ok=True)
    page.screenshot(path=path, animations="disabled", caret="hide")
    assert path.stat().st_size > 20_000
