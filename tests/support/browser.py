"""Debian's Chromium, driven by Playwright: what a person sees, and what the page asks of the network."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

# Without a sandbox because root has none; the rest keeps Chromium itself from calling home.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

# Ends a test whose page is broken; how fast a machine is should never show.
PATIENCE = 120_000

PASTE = """text => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', text);
    document.activeElement.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true }));
}"""


@contextmanager
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no chromium is installed (apt-get install chromium)")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS), timeout=PATIENCE)
        yield browser
        browser.close()


@dataclass(frozen=True, slots=True)
class Playground:
    """The page as its user has it; `requested` and `complaints` fill while it is open."""

    page: Page
    requested: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def open(self, url: str) -> None:
        self.page.goto(url)
        expect(self.query_editor).to_be_visible()
        self.wait_for_schema()

    @property
    def query_editor(self) -> Locator:
        return self.page.locator(".graphiql-query-editor .monaco-editor")

    @property
    def answer(self) -> Locator:
        return self.page.locator(".graphiql-response .view-lines")

    @property
    def api_key(self) -> Locator:
        return self.page.get_by_label("API key", exact=True)

    @property
    def current(self) -> Locator:
        return self.page.locator("nav a[aria-current]")

    def wait_for_schema(self) -> None:
        expect(self.page.get_by_role("button", name="Re-fetch GraphQL schema")).to_be_enabled()

    def switch_to(self, label: str) -> None:
        self.page.get_by_role("link", name=f"{label} /").click()
        expect(self.current).to_contain_text(label)
        expect(self.query_editor).to_be_visible()
        self.wait_for_schema()

    def paste(self, text: str, editor: Locator | None = None) -> None:
        """In place of what the editor holds; typed brackets would be closed by the editor."""
        (editor or self.query_editor).click()
        self.page.keyboard.press("Control+A")
        self.page.evaluate(PASTE, text)

    def run(self) -> None:
        self.page.get_by_role("button", name="Execute query").click()


@contextmanager
def playground(browser: Browser) -> Iterator[Playground]:
    """A page of its own, with nothing remembered from others."""
    context = browser.new_context(viewport={"width": 1400, "height": 820})
    context.set_default_timeout(PATIENCE)
    opened = Playground(context.new_page())
    opened.page.on("request", lambda request: opened.requested.append(request.url))
    opened.page.on("pageerror", lambda error: opened.complaints.append(str(error)))
    opened.page.on(
        "console", lambda message: opened.complaints.append(message.text) if message.type == "error" else None
    )
    yield opened
    context.close()
