"""Take the screenshot of the start page: `python docs/start/screenshot.py FOLDER`.

The script requires Playwright, and Chromium or Google Chrome. FOLDER contains the built page, and
the script adds `screenshot.png` to it.
"""

import argparse
import functools
import http.server
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright

BROWSERS = ("chromium", "google-chrome")

# These settings make the page compare two projects that differ in one choice.
SHOWN = "#mode=app&cli_library=click&.file=pyproject.toml&vs.=&vs.mode=app"


class Handler(http.server.SimpleHTTPRequestHandler):
    """A handler that serves files without logging requests."""

    def log_message(self, *arguments: object) -> None:
        """Print nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder at a local address, and yield this address."""
    handler = functools.partial(Handler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


def main() -> None:
    """Take the screenshot of the start page."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        sys.exit("Install Chromium or Google Chrome to take the screenshot.")
    with served(folder) as address, sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        page = started.new_page(viewport={"width": 1280, "height": 860})
        page.goto(f"{address}index.html{SHOWN}")
        page.wait_for_selector("body[data-ready]", timeout=180_000)
        page.screenshot(path=folder / "screenshot.png")
        started.close()


if __name__ == "__main__":
    main()
