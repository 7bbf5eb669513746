"""Measure the start page's performance in Chromium.

The page is loaded twice in the same browser, so its files come from the cache the second time. The
limits apply to an idle machine. On a busy machine, compare the CPU time with that of an earlier run.
"""

import contextlib
import functools
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from assemble import build, default_cache, download
from screenshot import BROWSERS, served

# Each link differs from the previous one in one answer.
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


def processor_seconds() -> float:
    """Return the CPU time in seconds of this process and its descendants, such as the browser."""
    ticks: dict[int, tuple[int, int]] = {}
    for file in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # The process has ended.
            fields = file.read_text(encoding="utf-8").rpartition(")")[2].split()
            ticks[int(file.parent.name)] = int(fields[1]), int(fields[11]) + int(fields[12])
    family = {os.getpid()}
    while more := {pid for pid, (parent, _) in ticks.items() if parent in family} - family:
        family |= more
    return sum(ticks[pid][1] for pid in family) / os.sysconf("SC_CLK_TCK")


def measured(act: Callable[[], object]) -> tuple[float, float]:
    """Return the duration and the CPU time of an action in seconds."""
    start, used = time.perf_counter(), processor_seconds()
    act()
    return time.perf_counter() - start, processor_seconds() - used


def load(page: Page, address: str) -> None:
    """Load the page, and wait for the first project."""
    page.goto(f"{address}index.html")
    page.wait_for_selector("body[data-ready]", timeout=300_000)


def main() -> None:
    """Measure the start page, and print the results."""
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
            rows = {
                "first project, empty cache": measured(lambda: load(page, address)),
                "first project, warm cache (limit 8 s)": measured(lambda: load(page, address)),
            }
            changes = [measured(functools.partial(page.evaluate, FOLLOW, link)) for link in CHANGES]
            context.close()
    rows["after an answer, median (limit 0.5 s)"] = (
        statistics.median(elapsed for elapsed, _ in changes),
        statistics.median(used for _, used in changes),
    )
    rows["after an answer, slowest"] = max(changes)
    print(f"The download is {size:.1f} MB (limit 12).")
    print(f"{'':38}{'time':>8}{'CPU time':>12}")
    for what, (elapsed, used) in rows.items():
        print(f"{what:38}{elapsed:6.2f} s{used:10.2f} s")
    print(f"The machine's load is {os.getloadavg()[0]:.1f} for {os.cpu_count()} processors.")


if __name__ == "__main__":
    main()
