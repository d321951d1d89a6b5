"""Our small renderer of Adaptive Cards beside Microsoft's own: what one reads, and what one can press, is the same."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route

from sandbox.page.server import STATIC

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]
GOLDEN = sorted((ROOT / "tests" / "golden" / "adaptive_card").glob("*.json"))
OFFICIAL = ROOT / "tests" / "npm" / "node_modules" / "adaptivecards" / "dist" / "adaptivecards.min.js"
NOT_INSTALLED = "Microsoft's renderer of cards is not here: install Node.js 20 or newer with npm, then run make npm"
SITE = "http://localhost"

OURS = """async (json) => {
    const { card } = await import("/page/static/js/cards.js");
    document.body.replaceChildren(card(json, { execute: () => null }));
    return SEEN("…");
}"""
THEIRS = """async (json) => {
    const card = new AdaptiveCards.AdaptiveCard();
    card.hostConfig = new AdaptiveCards.HostConfig({ actions: { maxActions: 6 } });  // as Teams shows six
    let later = [];
    AdaptiveCards.AdaptiveCard.onDisplayOverflowActionMenu = (actions) => {
        later = actions.map((action) => action.title);
        return true;
    };
    card.parse(json);
    document.body.replaceChildren(card.render());
    const all = [...document.querySelectorAll("button")];
    all.filter((button) => button.textContent === "...").forEach((button) => button.click());
    return { ...SEEN("..."), later };
}"""
# What can be read (without the marks that only one of the two shows), and what can be pressed.
SEEN = """(more) => {
    const buttons = [...document.querySelectorAll("button, a.button")].filter((one) => one.textContent !== more);
    const shown = buttons.filter((one) => one.checkVisibility());
    const later = buttons.filter((one) => !one.checkVisibility() && one.closest(".ac-more"));
    const NOT_READ = "button, .button, select, textarea, [aria-hidden=true]";
    const words = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_ALL);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const parent = node.nodeType === Node.TEXT_NODE ? node.parentElement : node;
        if (!parent.checkVisibility() || parent.closest(NOT_READ)) continue;
        if (node.nodeType === Node.TEXT_NODE) words.push(node.textContent);
        if (node.nodeName === "IMG") words.push(node.alt);
    }
    return {
        text: words.join("").replace(/\\*$/gm, "").replace(/\\s+/g, ""),
        buttons: shown.map((one) => one.textContent),
        later: later.map((one) => one.textContent),
    };
}"""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """An empty page that can load our scripts and has Microsoft's."""
    if not OFFICIAL.exists() and os.environ.get("CI") == "true":
        pytest.fail(NOT_INSTALLED)
    if not OFFICIAL.exists():
        pytest.skip(NOT_INSTALLED)

    def serve(route: Route) -> None:
        path = route.request.url.removeprefix(f"{SITE}/page/static/")
        if path.endswith(".js"):
            route.fulfill(path=STATIC / path, content_type="text/javascript")
        else:
            route.fulfill(body="<!doctype html><title>Cards</title>", content_type="text/html")

    context = browser.new_context()
    page = context.new_page()
    page.route("**/*", serve)
    page.goto(SITE)
    page.add_style_tag(content="[hidden] { display: none }")
    page.add_script_tag(path=OFFICIAL)
    yield page
    context.close()


def test_there_are_cards_to_compare() -> None:
    assert len(GOLDEN) > 5


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_a_card_reads_as_in_microsofts_renderer(page: Page, path: Path) -> None:
    golden: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    card = golden.get("card", golden)
    ours = page.evaluate(OURS.replace("SEEN", f"({SEEN})"), card)
    theirs = page.evaluate(THEIRS.replace("SEEN", f"({SEEN})"), card)
    assert ours["text"] == theirs["text"]
    assert ours["buttons"] == theirs["buttons"]
    assert ours["later"] == theirs["later"]
