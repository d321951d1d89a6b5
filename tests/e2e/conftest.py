"""A real browser for the tests that drive the page."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.e2e.demo import Sandbox

# The system's own come first: they get its security updates.
SYSTEM_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--no-sandbox",  # containers give no user namespaces, and the page is ours
    "--disable-gpu",
    # Nothing that a browser does by itself: the tests stay on loopback.
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
NO_BROWSER = (
    "no Chromium here: install your system's chromium package, or run .venv/bin/playwright install --with-deps chromium"
)


def find_browser(playwright: Playwright) -> str | None:
    """The path of the system's Chromium, or else of Playwright's own; None without either."""
    for name in SYSTEM_BROWSERS:
        if path := shutil.which(name, path=f"/usr/bin{os.pathsep}{os.environ.get('PATH', '')}"):
            return path
    own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


# The folder's, not the session's: Playwright's event loop must be gone before the next asyncio test.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """A headless Chromium. Without one the test is skipped, and fails where CI=true."""
    with sync_playwright() as playwright:
        path = find_browser(playwright)
        if path is None and os.environ.get("CI") == "true":
            pytest.fail(NO_BROWSER)
        if path is None:
            pytest.skip(NO_BROWSER)
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """The whole demonstration, for the tests of a module."""
    sandbox = Sandbox()
    try:
        sandbox.wait()
        yield sandbox
    finally:
        status = sandbox.stop()
    assert status == 0, "".join(sandbox.log)
