"""Test the start page in Chromium: files, links, and accessibility.

`nox -s start_page` runs all tests with all their parameters. Otherwise, slow tests are skipped, and
the other tests use only a few parameters.
"""

import gzip
import os
import shutil
import urllib.parse
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

import assemble
from copier_browser import as_text
from harness.artifacts.artifact_cache import ArtifactCache
from harness.artifacts.inspect import tree
from harness.artifacts.install import Environment
from harness.packagestan.answers import FULL, axes, choices, preset
from harness.packagestan.bad_answers import REJECTED
from harness.processes.commands import installed_browser
from harness.rendering.render import copier_command
from harness.rendering.template import Answers
from harness.space.hostile_answers import TEXTS

BROWSER = installed_browser()
if BROWSER is None:
    pytest.skip("Chromium is not installed", allow_module_level=True)
if not (shutil.which("node") and shutil.which("npm")):
    pytest.skip("Node.js with npm is not installed", allow_module_level=True)
sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
screenshot = pytest.importorskip("screenshot")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")

# One worker process runs these tests, because most of them share a page that takes seconds to load.
pytestmark = pytest.mark.xdist_group("start page")

# Other answers that make a question's answers valid and effective, by question.
WITH: dict[str, Answers] = {
    "cli_library": {"mode": "app"},
    "container": {"mode": "app"},
    "docs_hosting": {"docs_engine": "sphinx"},
    "testpypi": {"publish": "token"},
}

# Use a fixed year, because the default is the current year.
BASE: Answers = {"project_name": "Sea Map", "copyright_year": "2026"}

# axe's rules for the Web Content Accessibility Guidelines, levels A and AA.
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
}

ALL = os.environ.get("PACKAGESTAN_START_SETS") == "all"


def answer_sets() -> dict[str, Answers]:
    """Return sets of answers by name: FULL, defaults, choices, presets, and difficult text."""
    found: dict[str, Answers] = {"full": FULL, "defaults": BASE}
    for axis in axes():
        for choice in choices(axis):
            value = [choice] if axis == "environments" else choice
            found[f"{axis}-{choice}"] = BASE | WITH.get(axis, {}) | {axis: value}
    for name in ("minimal", "standard", "full"):
        found[f"all of {name}"] = BASE | {"preset": "minimal"} | preset(name)
    for number, text in enumerate(TEXTS):
        found[f"text-{number}"] = BASE | {"project_description": text, "user_name": text[:50]}
    return found


FEW = ("full", "task_runner-make")

# A mark for slow tests, which load a second page or build a project.
slow = pytest.mark.skipif(not ALL, reason="slow; `nox -s start_page` runs it")


@pytest.fixture(scope="session")
def site(artifacts: ArtifactCache, template: Path) -> Iterator[str]:
    """Return the address of the start page for a repository with the template."""
    settings = {"address": str(template), "commit": "1.0.0", "options": []}
    folder = artifacts.once(
        "start-page",
        lambda output: assemble.build(output / "start", assemble.default_cache(), settings),
    )
    with screenshot.served(folder) as address:
        yield f"{address}start/"


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Return a running Chromium."""
    with sync_api.sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        started = playwright.chromium.launch(executable_path=BROWSER, args=options)
        yield started
        started.close()


class Shown:
    """A tab that shows the page, and its requests and problems."""

    def __init__(self, browser: Any, site: str, **options: Any) -> None:
        """Open an empty tab. The options are for the browser context."""
        self.site = site
        self.context = browser.new_context(**options)
        self.page = self.context.new_page()
        self.page.set_default_timeout(120_000)
        self.problems: list[str] = []
        self.requests: list[str] = []
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("dialog", lambda dialog: self.problems.append(dialog.message))
        self.context.on("request", lambda request: self.requests.append(request.url))

    def load(self, fragment: str = "") -> None:
        """Load the page with a fragment, and wait until it shows the project."""
        self.page.goto(f"{self.site}index.html{fragment}")
        self.page.wait_for_selector("body[data-ready]")

    def count(self) -> int:
        """Return the number of projects that have been shown."""
        return int(self.page.evaluate("Number(document.body.dataset.ready ?? 0)"))

    def follow(self, fragment: str) -> None:
        """Open a link to a different project without reloading the page."""
        before = self.count()
        self.page.evaluate(
            "hash => { history.replaceState(null, '', hash);"
            " dispatchEvent(new HashChangeEvent('hashchange')); }",
            fragment,
        )
        self.wait(before)

    def wait(self, before: int) -> None:
        """Wait until more than this number of projects have been shown."""
        self.page.wait_for_function("n => Number(document.body.dataset.ready) > n", arg=before)

    def errors(self) -> list[str]:
        """Return the error messages in the form."""
        return [text for text in self.page.locator(".error").all_inner_texts() if text]

    def download(self, folder: Path) -> Path:
        """Download and extract the archive, and return the project's folder."""
        with self.page.expect_download() as download:
            self.page.click("#zip")
        archive = folder / "project.zip"
        download.value.save_as(archive)
        return extract(archive, folder / "unpacked")


def extract(archive: Path, folder: Path) -> Path:
    """Extract an archive, preserve its file modes, and return the project's folder."""
    with zipfile.ZipFile(archive) as opened:
        for entry in opened.infolist():
            opened.extract(entry, folder)
            (folder / entry.filename).chmod(entry.external_attr >> 16)
    (project,) = folder.iterdir()
    return project


def fragment(answers: Mapping[str, Any], prefix: str = "") -> str:
    """Return a link's fragment with answers. The prefix precedes each question's name."""
    texts = {prefix + name: as_text(answer) for name, answer in answers.items()}
    return "#" + urllib.parse.urlencode(texts)


@pytest.fixture(scope="module")
def shown(browser: Any, site: str) -> Iterator[Shown]:
    """Return the page that most of this module's tests share."""
    opened = Shown(browser, site, viewport={"width": 1280, "height": 800})
    opened.load()
    yield opened
    opened.context.close()


@pytest.mark.parametrize("name", answer_sets() if ALL else FEW)
def test_files_equal_those_of_the_command(
    name: str, shown: Shown, template: Path, tmp_path: Path
) -> None:
    """The archive contains the files that `copier copy` writes, or the page shows its message."""
    answers = answer_sets()[name]
    expected = tmp_path / "command"
    finished = copier_command(
        "copy", "--defaults", "--quiet", template, expected, answers=answers, exit_code=None
    )
    shown.follow(fragment(answers))
    if finished.returncode:
        (message,) = shown.errors()
        assert message in finished.stderr
    else:
        assert [] == shown.errors()
        assert tree(expected) == tree(shown.download(tmp_path))


@slow
def test_archive_builds_and_passes_its_tests(
    shown: Shown, artifacts: ArtifactCache, tmp_path: Path
) -> None:
    """A wheel can be built from the downloaded project, and the project's tests pass."""
    shown.follow(fragment(BASE | {"mode": "app"}))
    project = shown.download(tmp_path)
    (tmp_path / "dist").mkdir()
    wheel = artifacts.build_wheel(project, tmp_path / "dist")
    environment = Environment.make(tmp_path / "environment")
    environment.install(f"{wheel}[colors]", "pytest")
    environment.run("python", "-m", "pytest", "-q", cwd=project)


@pytest.mark.parametrize(
    "name", ["user_email", "python_min", "dependencies", "command_name"] if ALL else ["user_email"]
)
def test_rejected_answer_shows_the_message_of_the_command(
    name: str, shown: Shown, template: Path, tmp_path: Path
) -> None:
    """A rejected answer is marked and shows the command's message. The download is disabled."""
    rejected = next((answer for each, answer, *_ in REJECTED if each == name), "2.7")
    answers = {"project_name": "Demo", name: rejected}
    finished = copier_command(
        "copy", "--defaults", template, tmp_path / "x", answers=answers, exit_code=None
    )
    shown.follow(fragment(answers))
    (message,) = shown.errors()
    assert message in finished.stderr
    assert shown.page.locator(f'.wrong[data-question="{name}"]').count() == 1
    assert shown.page.is_disabled("#zip")


HOSTILE = [
    "#project_name=<img src=x onerror=alert(1)>&user_name=<script>alert(1)</script>",
    "#__proto__=x&constructor=x&vs.__proto__=x&toString=x",
    "#project=%7B%7D&has=%7B%7D&starters=%7B%7D&_src_path=x&preset_answers=x",
    "#.file=../../settings.json&.file=%3Cscript%3Ealert(1)%3C/script%3E",
    "#mode=%22%3E%3Csvg%20onload=alert(1)%3E&backend=javascript:alert(1)",
    "#project_name={{ ''.__class__.__mro__ }}&user_name={% include 'copier.yml' %}",
    "#dependencies=!!python/object/apply:os.system%20[id]",
    "#keywords=%5B" + "%5B" * 3000,
    "#project_name=" + "x" * 100_000,
    "#=&&&=%FF%00%0A&vs.=",
    "#command_name=$(touch%20x)&default_branch=`id`",
]


@pytest.mark.parametrize("link", HOSTILE if ALL else HOSTILE[:4])
def test_malicious_link_is_only_data(link: str, shown: Shown) -> None:
    """A malicious link can't add elements, run code, or make requests, and later links work."""
    requests = len(shown.requests)
    shown.follow(link)
    assert [] == shown.problems
    assert requests == len(shown.requests)
    assert (
        0 == shown.page.locator("img, svg, iframe, object, embed, style, script:not([src])").count()
    )
    assert "" == shown.page.evaluate("Object.keys(Object.prototype).join()")
    shown.follow(fragment(BASE))
    assert [] == shown.errors()


def test_policy_blocks_inline_scripts_and_other_hosts(shown: Shown) -> None:
    """The content security policy blocks injected scripts and requests to other hosts."""
    ran = shown.page.evaluate(
        """async () => {
          const script = document.createElement("script");
          script.textContent = "window.ran = true";
          document.head.append(script);
          script.remove();
          const asked = await fetch("https://example.com/").then(() => true, () => false);
          return [window.ran === true, asked];
        }"""
    )
    assert [False, False] == ran


def test_answers_make_no_requests(shown: Shown) -> None:
    """The page loads nothing from other hosts, and answers cause no requests."""
    assert {urllib.parse.urlsplit(shown.site).netloc} == {
        urllib.parse.urlsplit(url).netloc
        for url in shown.requests
        if url.startswith("http") and "example.com" not in url
    }
    before = len(shown.requests)
    shown.follow(fragment(BASE | {"mode": "app"}))
    assert before == len(shown.requests)


def test_loaded_page_works_offline(shown: Shown) -> None:
    """Changing an answer updates the files even without a network."""
    shown.follow(fragment(BASE))
    shown.context.set_offline(True)
    try:
        before = shown.count()
        shown.page.check('[data-question="mode"] input[value="script"]')
        shown.wait(before)
        assert "__main__.py" in shown.page.inner_text("#tree")
    finally:
        shown.context.set_offline(False)


@slow
def test_link_reproduces_the_page(browser: Any, site: str, shown: Shown) -> None:
    """A link restores the answers, the pinned project, and the open file in a new context."""
    shown.follow(fragment(BASE))
    before = shown.count()
    shown.page.check('[data-question="backend"] input[value="flit_core"]')
    shown.wait(before)
    before = shown.count()
    shown.page.click("#pin")
    shown.wait(before)
    before = shown.count()
    shown.page.check('[data-question="license"] input[value="MPL-2.0"]')
    shown.wait(before)
    shown.page.click('[data-path="LICENSE"]')
    shown.page.wait_for_url("**.file=LICENSE**")
    other = Shown(browser, site)
    try:
        other.load("#" + urllib.parse.urlsplit(shown.page.url).fragment)
        for part in ("#command", "#pinned", "#file-name", "#contents", "#tree"):
            assert shown.page.inner_text(part) == other.page.inner_text(part)
        assert shown.page.url == other.page.url
    finally:
        other.context.close()


def test_page_can_be_used_with_the_keyboard(shown: Shown) -> None:
    """Users can answer questions and open files with the keyboard, and the focus is kept."""
    shown.follow(fragment(BASE))
    keyboard = shown.page.keyboard
    before = shown.count()
    shown.page.focus("#q-project_name")
    keyboard.press("Control+A")
    keyboard.type("River")
    shown.wait(before)
    shown.page.locator("#command", has_text="River").wait_for()
    assert "q-project_name" == shown.page.evaluate("document.activeElement.id")
    before = shown.count()
    shown.page.focus('[data-question="mode"] input:checked')
    keyboard.press("ArrowDown")
    shown.wait(before)
    assert "app" == shown.page.evaluate("document.activeElement.value")
    shown.page.focus('[data-path="README.md"]')
    keyboard.press("Enter")
    shown.page.locator("#file-name", has_text="README.md").wait_for()
    assert "README.md" == shown.page.evaluate("document.activeElement.dataset.path")


SIZES = {"phone": {"width": 390, "height": 844}, "laptop": {"width": 1280, "height": 800}}


@pytest.mark.parametrize("scheme", ["light", "dark"] if ALL else ["dark"])
@pytest.mark.parametrize("size", SIZES if ALL else ["phone"])
def test_page_is_accessible(size: str, scheme: str, shown: Shown) -> None:
    """With diffs, an error, or all questions, axe finds no problems, and no content is too wide."""
    shown.page.set_viewport_size(SIZES[size])
    shown.page.emulate_media(color_scheme=scheme)
    try:
        shown.follow(
            fragment(
                BASE | {"ci": "none", "publish": "none", "docs_engine": "sphinx", "user_email": "x"}
            )
            + fragment(BASE, "vs.").replace("#", "&")
        )
        check(shown)
        shown.follow(
            fragment(BASE | {"preset": "custom", "ci": "none", "license": "MPL-2.0"})
            + fragment(BASE, "vs.").replace("#", "&")
        )
        check(shown)
    finally:
        shown.page.set_viewport_size(SIZES["laptop"])
        shown.page.emulate_media(color_scheme="light")


def check(shown: Shown) -> None:
    """Check that the page follows the guidelines and isn't too wide."""
    violations = axe.Axe().run(shown.page, options=RULES).response["violations"]
    assert [] == [
        f"{violation['id']}: {[node['target'] for node in violation['nodes']][:3]}"
        for violation in violations
    ]
    assert 0 == shown.page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )


def test_reduced_motion_has_no_transitions(shown: Shown) -> None:
    """The page has no transitions if the user prefers reduced motion."""
    shown.page.emulate_media(reduced_motion="reduce")
    try:
        assert "0s" == shown.page.evaluate(
            "[...new Set([...document.querySelectorAll('*')]"
            ".map(node => getComputedStyle(node).transitionDuration))].join()"
        )
    finally:
        shown.page.emulate_media(reduced_motion="no-preference")


def test_without_javascript_the_page_says_what_to_run(
    browser: Any, site: str, template: Path
) -> None:
    """A browser without JavaScript shows the command instead of the form."""
    opened = Shown(browser, site, java_script_enabled=False)
    try:
        opened.page.goto(f"{site}index.html")
        assert f"uvx copier copy {template} my-project" in opened.page.inner_text("noscript")
        assert not opened.page.is_visible("#form")
    finally:
        opened.context.close()


def test_download_is_small(site: str, artifacts: ArtifactCache) -> None:
    """All files together are smaller than 12 MB if the server compresses them."""
    folder = artifacts.folder / "start-page"
    files = [file for file in folder.rglob("*") if file.is_file()]
    assert sum(len(gzip.compress(file.read_bytes(), 6)) for file in files) < 12_000_000
