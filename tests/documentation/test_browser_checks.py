"""Test the checks of the site and the cheat sheet's PDF file, which use Chromium."""

from pathlib import Path

import pytest

from harness.processes.commands import installed_browser

checks = pytest.importorskip("sessions.browser_checks", reason="Playwright is not installed")
BROWSER = installed_browser()
if BROWSER is None:
    pytest.skip("Chromium is not installed", allow_module_level=True)

SECOND_PAGE = '<p style="break-before: page">two</p>'


@pytest.mark.parametrize(
    ("text", "expected"),
    [("<p>one</p>", []), ("<p>one</p>" + SECOND_PAGE, ["the cheat sheet has 2 pages"])],
    ids=["one page", "two pages"],
)
def test_cheat_sheet_is_one_page(text: str, expected: list[str], tmp_path: Path) -> None:
    """The PDF file is written next to the page, and a PDF with a second page is reported."""
    page = tmp_path / "cheat-sheet.html"
    page.write_text(text, encoding="utf-8")
    with checks.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=checks.ARGUMENTS)
        assert expected == list(checks.print_cheat_sheet(browser, page))
        browser.close()
    assert (tmp_path / "cheat-sheet.pdf").read_bytes().startswith(b"%PDF")


def test_nested_sections_must_open_without_javascript(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each collapsed section is opened and checked, even inside another one or a broken one."""
    monkeypatch.setattr(checks, "BUILT", tmp_path)
    hidden = "<details><summary>hidden</summary><p hidden>text</p>{}</details>"
    shown = "<details><summary>shown</summary><p>text</p>{}</details>"
    article = shown.format(shown.format("") + hidden.format(shown.format("")))
    page = tmp_path / "page.html"
    page.write_text(f"<article>{article}</article>", encoding="utf-8")
    with checks.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=checks.ARGUMENTS)
        found = list(checks.folds_without_javascript(browser, [page]))
        browser.close()
    assert ["page.html: collapsed section 3 requires JavaScript"] == found
