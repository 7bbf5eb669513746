"""Measure how fast the start page is in Chromium, and print a table.

The page is loaded twice in the same browser, so that the second time its files come from the cache.
"""

import os
import shutil
import statistics
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from assemble import build, default_cache, download
from screenshot import BROWSERS, served

# Each link differs from the one before it in one answer.
CHANGES = (
    "#project_name=Sea",
    "#project_name=Sea&backend=flit_core",
    "#project_name=Sea&backend=flit_core&mode=app",
    "#project_name=Sea&backend=flit_core&mode=app&preset=full",
    "#project_name=Sea&backend=flit_core&mode=app&preset=full&license=MPL-2.0",
    "#project_name=Sea&backend=flit_core&mode=app&preset=full&license=MPL-2.0&user_name=Ada",
    "#project_name=River&backend=flit_core&mode=app&preset=full&license=MPL-2.0&user_name=Ada",
)

FOLLOW = """
async (hash) => {
  const before = document.body.dataset.ready;
  const start = performance.now();
  history.replaceState(null, "", hash);
  dispatchEvent(new HashChangeEvent("hashchange"));
  while (document.body.dataset.ready === before) await new Promise(requestAnimationFrame);
  return performance.now() - start;
}
"""


def first_render(page: Page, address: str) -> float:
    """Return the seconds until a new page shows the first project."""
    start = time.perf_counter()
    page.goto(f"{address}index.html")
    page.wait_for_selector("body[data-ready]", timeout=300_000)
    return time.perf_counter() - start


def main() -> None:
    """Measure the start page."""
    browser = next(filter(None, map(shutil.which, BROWSERS)))
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        built, profile = Path(name) / "start", Path(name) / "profile"
        build(built, default_cache())
        size = download(built)
        with served(built) as address:
            context = playwright.chromium.launch_persistent_context(
                profile, executable_path=browser, args=["--no-sandbox", "--disable-gpu"]
            )
            page = context.new_page()
            cold, warm = first_render(page, address), first_render(page, address)
            changed = [page.evaluate(FOLLOW, link) / 1000 for link in CHANGES]
            context.close()
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0
    print(f"download, compressed      {size:6.1f} MB   limit 12")
    print(f"first render, empty cache {cold:6.2f} s")
    print(f"first render, warm cache  {warm:6.2f} s    limit 8")
    print(f"next render, median       {statistics.median(changed):6.2f} s    limit 0.5")
    print(f"next render, slowest      {max(changed):6.2f} s")
    print(f"load of the machine       {load:6.1f}      with {os.cpu_count()} processors")


if __name__ == "__main__":
    main()
