"""Headless Chromium of the system, driven by Playwright; it goes nowhere but where a test sends it."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from absence import absent
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, sync_playwright

FLAGS = ["--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-component-update"]
GRAPHICS = ["--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
"""WebGL without a graphics card."""


@contextmanager
def page(scripts: bool = True, width: int = 1100, **settings: object) -> Iterator[Page]:
    """A page whose errors and requests are in ``page.noted``: there must be none that were not asked for."""
    chromium = shutil.which("chromium")
    if not chromium:
        absent("chromium (Debian package chromium)")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=FLAGS + GRAPHICS, env=_environment())
        context = browser.new_context(
            java_script_enabled=scripts, viewport={"width": width, "height": 900}, **settings
        )
        opened = context.new_page()
        opened.noted = []
        opened.on("console", lambda told: told.type == "error" and opened.noted.append(told.text))
        opened.on("pageerror", lambda error: opened.noted.append(str(error)))
        opened.on("request", lambda asked: _foreign(asked.url) and opened.noted.append(asked.url))
        try:
            yield opened
        finally:
            browser.close()


def _environment() -> dict[str, str]:
    """Without the folder for temporary files that a plan chose: a socket's path may have 108 characters."""
    return {name: value for name, value in os.environ.items() if name != "TMPDIR"}


def faults(opened: Page) -> list[str]:
    """What axe has to say against the page."""
    found = Axe().run(opened)
    return [
        f"{item['id']}: {node['target']} {node['failureSummary'][:200]}"
        for item in found.response["violations"]
        for node in item["nodes"]
    ]


def _foreign(url: str) -> bool:
    return not url.startswith(("file:", "data:", "blob:", "http://127.0.0.1:"))
