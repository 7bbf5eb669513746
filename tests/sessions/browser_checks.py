"""Check the built pages, slides, and cheat sheet in a browser.

Pages must not be too wide, slides must not be too tall, and the cheat sheet must be a single page.
axe-core checks the pages against the Web Content Accessibility Guidelines.

https://www.w3.org/TR/WCAG21/
"""

import argparse
import itertools
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from harness.processes.commands import installed_browser

BUILT = Path(__file__).parents[2] / "docs" / "_build"

# The sizes of a phone and a laptop, in CSS pixels.
SIZES = {"phone": (390, 844), "laptop": (1280, 800)}
SCHEMES = ("light", "dark")

# Conformance levels A and AA of WCAG 2.0 and 2.1.
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}

# Disable the sandbox and the GPU, which may not work in containers, and background connections.
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SLIDES_TOO_HIGH = """
Reveal.getSlides()
    .map((slide, number) => [number + 1, slide.scrollHeight - Reveal.getConfig().height])
    .filter(([, excess]) => excess > 0)
"""


def problems_of_page(page: Page) -> Iterator[str]:
    """Yield one message for each problem with the current page."""
    if (excess := page.evaluate(OVERFLOW)) > 0:
        yield f"{excess} pixels wider than the screen"
    for violation in Axe().run(page, options=RULES).response["violations"]:
        places = ", ".join(node["target"][0] for node in violation["nodes"][:3])
        yield f"{violation['help']}: {places}"


def look_at_pages(browser: Browser, pages: list[Path], pictures: Path) -> Iterator[str]:
    """Show pages in each size and color scheme, take screenshots, and yield the problems.

    Args:
        browser: The browser.
        pages: The HTML files.
        pictures: The folder for screenshots.
    """
    for (size, (width, height)), scheme in itertools.product(SIZES.items(), SCHEMES):
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if scheme == "dark" else "light",
        )
        shown = context.new_page()
        for file in pages:
            shown.goto(file.as_uri())
            name = "-".join(file.relative_to(BUILT).with_suffix("").parts)
            shown.screenshot(path=pictures / f"{name}-{size}-{scheme}.png", full_page=True)
            for problem in problems_of_page(shown):
                yield f"{file.relative_to(BUILT)} ({size}, {scheme}): {problem}"
        context.close()


def folds_without_javascript(browser: Browser, pages: list[Path]) -> Iterator[str]:
    """Report collapsed sections that don't open without JavaScript."""
    context = browser.new_context(java_script_enabled=False)
    shown = context.new_page()
    for file in pages:
        shown.goto(file.as_uri())
        folds = shown.locator("article details")
        for number in range(folds.count()):
            fold = folds.nth(number)
            # A nested section follows the outer section, which the loop has already opened.
            if (summary := fold.locator("> summary")).is_visible():
                summary.click()
            if not fold.locator("> :not(summary)").first.is_visible():
                yield f"{file.relative_to(BUILT)}: collapsed section {number + 1} requires JavaScript"
    context.close()


def look_at_slides(browser: Browser, pages: list[Path], pictures: Path) -> Iterator[str]:
    """Take a screenshot of each deck's first slide, and report slides that are too tall.

    Args:
        browser: The browser.
        pages: The HTML files of the decks.
        pictures: The folder for screenshots.
    """
    shown = browser.new_page(viewport={"width": 1280, "height": 720})
    for file in pages:
        shown.goto(file.as_uri())
        shown.wait_for_function("Reveal.isReady()")
        name = "-".join(file.relative_to(BUILT).with_suffix("").parts)
        shown.screenshot(path=pictures / f"{name}.png")
        for number, excess in shown.evaluate(SLIDES_TOO_HIGH):
            yield f"{file.relative_to(BUILT)}: slide {number} is {excess} pixels too tall"


def print_cheat_sheet(browser: Browser, page: Path) -> Iterator[str]:
    """Write the course's cheat sheet as a PDF file, and yield an error if it isn't a single page.

    Args:
        browser: The browser.
        page: The HTML file. The PDF file is written next to it.
    """
    shown = browser.new_page()
    shown.goto(page.as_uri())
    # Each page of the PDF is an uncompressed object of this type.
    pdf = shown.pdf(path=page.with_suffix(".pdf"), format="A4", landscape=True)
    pages = len(re.findall(rb"/Type /Page\b", pdf))
    if pages != 1:
        yield f"the cheat sheet has {pages} pages"


def main() -> None:
    """Check the built pages, slides, and cheat sheet, and report problems."""
    parser = argparse.ArgumentParser(prog="nox -s browser --", description=main.__doc__)
    parser.add_argument("--browser", default=installed_browser(), help="default: %(default)s")
    parser.add_argument(
        "--cheat-sheet", action="store_true", help="only write the cheat sheet as a PDF file"
    )
    options = parser.parse_args()
    cheat_sheet = BUILT / "html" / "course" / "cheat-sheet.html"
    if options.cheat_sheet:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=options.browser, args=ARGUMENTS)
            sys.exit("\n".join(print_cheat_sheet(browser, cheat_sheet)) or None)
    pictures = BUILT / "pictures"
    pictures.mkdir(parents=True, exist_ok=True)
    # Skip these pages, because Sphinx generates them.
    lists = {"genindex.html", "search.html"}
    pages, decks = (
        [page for page in sorted((BUILT / kind).rglob("*.html")) if page.name not in lists]
        for kind in ("html", "slides")
    )
    decks = [deck for deck in decks if "_static" not in deck.parts]
    pages = [page for page in pages if "_static" not in page.parts]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=options.browser, args=ARGUMENTS)
        problems = [
            *look_at_pages(browser, pages, pictures),
            *folds_without_javascript(browser, pages),
            *look_at_slides(browser, decks, pictures),
            *print_cheat_sheet(browser, cheat_sheet),
        ]
        browser.close()
    print("\n".join(problems))
    print(
        f"{len(problems)} problems on {len(pages)} pages and {len(decks)} decks; "
        f"pictures in {pictures}"
    )
    sys.exit(bool(problems))


if __name__ == "__main__":
    main()
