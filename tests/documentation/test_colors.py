"""Check that the colors of the site, its diagrams, and the start page have enough contrast.

`nox -s browser` checks built pages with axe. These tests don't require a browser, and find a bad
color even if no page shows it. https://www.w3.org/TR/WCAG22/#contrast-minimum
"""

import ast
import contextlib
import doctest
import json
import re
import sys

import pytest

from harness.artifacts.install import Environment
from harness.packagestan.template import ROOT

# The minimum contrast at level AA: for text, and for lines and icons.
TEXT = 4.5
LINES = 3.0
# The minimum contrast for text at level AAA, which the diagrams' style sheet promises.
ENHANCED_TEXT = 7.0

SCHEMES = ("light", "dark")
STATIC = ROOT / "docs" / "extensions" / "packagestan" / "static"

TOKEN_COLORS = """
import json, sys
from pygments.styles import get_style_by_name
style = get_style_by_name(sys.argv[1])
print(json.dumps({str(token): value["color"] for token, value in style if value["color"]}))
"""


def luminance(color: str) -> float:
    """Return the relative luminance of a color, from 0 to 1, as WCAG defines it.

    Args:
        color: A color such as `#1d4ed8`.

    >>> luminance("#000000"), luminance("#ffffff")
    (0.0, 1.0)
    """
    channels = [int(color[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    """Return the contrast ratio of two colors, from 1 to 21, rounded down to one decimal place.

    >>> contrast("#000000", "#ffffff"), contrast("#777777", "#ffffff")
    (21.0, 4.4)
    """
    dark, bright = sorted((luminance(first), luminance(second)))
    return int((bright + 0.05) / (dark + 0.05) * 10) / 10


def too_low(
    colors: dict[str, str], front: tuple[str, ...], back: tuple[str, ...], least: float
) -> list[str]:
    """Return the pairs of named colors whose contrast is lower than the minimum.

    >>> too_low({"text": "#777777", "link": "#0000ff", "page": "#ffffff"}, ("text", "link"), ("page",), 4.5)
    ['text on page: 4.4']
    """
    return [
        f"{one} on {other}: {ratio}"
        for one in front
        for other in back
        if (ratio := contrast(colors[one], colors[other])) < least
    ]


def configuration() -> dict[str, object]:
    """Return the literal values that docs/conf.py assigns, by name."""
    values: dict[str, object] = {}
    tree = ast.parse((ROOT / "docs" / "conf.py").read_text(encoding="utf-8"))
    for statement in tree.body:
        if isinstance(statement, ast.Assign):
            with contextlib.suppress(ValueError):
                value = ast.literal_eval(statement.value)
                names = [target.id for target in statement.targets if isinstance(target, ast.Name)]
                values |= dict.fromkeys(names, value)
    return values


def site_colors(scheme: str) -> dict[str, str]:
    """Return the site's colors in a scheme by name, without the `color-` prefix."""
    options = configuration()["html_theme_options"]
    assert isinstance(options, dict)
    colors = options[f"{scheme}_css_variables"]
    return {name.removeprefix("color-"): color for name, color in colors.items()}


def diagram_colors(scheme: str) -> dict[str, str]:
    """Return the diagrams' colors in a scheme by name, without the `diagram-` prefix."""
    text = (STATIC / "diagrams.css").read_text(encoding="utf-8")
    pairs = re.findall(r"--diagram-([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", text)
    return {name: colors[SCHEMES.index(scheme)] for name, *colors in pairs}


def start_colors(scheme: str) -> dict[str, str]:
    """Return the start page's colors in a scheme by name."""
    text = (ROOT / "docs" / "start" / "static" / "start.css").read_text(encoding="utf-8")
    light, dark = (
        dict(re.findall(r"--([\w-]+): (#\w{6})", block))
        for block in re.findall(r":root \{(.*?)\}", text, re.DOTALL)
    )
    return light | dark if scheme == "dark" else light


def test_examples_hold() -> None:
    """This module's doctests pass."""
    assert 0 == doctest.testmod(sys.modules[__name__]).failed


@pytest.mark.parametrize("scheme", SCHEMES)
def test_text_of_the_site_is_readable(scheme: str) -> None:
    """Text and links have enough contrast with each background on which they appear."""
    colors = site_colors(scheme)
    text = ("foreground-primary", "foreground-secondary", "foreground-muted")
    links = ("brand-primary", "brand-content", "brand-visited")
    backgrounds = ("background-primary", "background-secondary", "code-background")
    current = "sidebar-item-background--current"
    assert [] == [
        *too_low(colors, text + links, backgrounds, TEXT),
        *too_low(colors, ("foreground-secondary", "brand-primary"), (current,), TEXT),
        *too_low(colors, ("foreground-primary",), ("admonition-title-background",), TEXT),
        # The most important button on the home page.
        *too_low(colors, ("background-primary",), ("brand-primary",), TEXT),
    ]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_code_is_readable(scheme: str, sphinx: Environment) -> None:
    """Each syntax highlighting color has enough contrast with the code background."""
    name = {"light": "pygments_style", "dark": "pygments_dark_style"}[scheme]
    style = str(configuration()[name])
    tokens = json.loads(sphinx.run("python", "-c", TOKEN_COLORS, style).stdout)
    colors = {token: f"#{color}" for token, color in tokens.items()}
    assert len(colors) > 30
    colors["code"] = site_colors(scheme)["code-background"]
    assert [] == too_low(colors, tuple(tokens), ("code",), TEXT)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_diagrams_are_readable(scheme: str) -> None:
    """A diagram's text has a high contrast, and its lines and borders are visible."""
    page = site_colors(scheme)["background-primary"]
    colors = diagram_colors(scheme) | {"page": page}
    lines = ("line", "accent-line", "good-line", "bad-line")
    assert [] == [
        *too_low(colors, ("text",), ("page", "fill", "accent", "good", "bad"), ENHANCED_TEXT),
        *too_low(colors, lines, ("page",), LINES),
    ]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_start_page_is_readable(scheme: str) -> None:
    """Text, links, code, and diffs on the start page have enough contrast."""
    colors = start_colors(scheme)
    text = ("text", "quiet", "brand", "keyword", "string", "comment", "value", "name", "wrong")
    assert [] == [
        *too_low(colors, text, ("back", "card", "soft"), TEXT),
        *too_low(colors, ("on-brand",), ("brand",), TEXT),
        *too_low(colors, ("added-text",), ("added",), TEXT),
        *too_low(colors, ("removed-text",), ("removed",), TEXT),
    ]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_all_parts_have_the_same_brand_color(scheme: str) -> None:
    """The site, the diagrams, and the start page use the same color for important elements."""
    brand = site_colors(scheme)["brand-primary"]
    assert brand == diagram_colors(scheme)["accent-line"] == start_colors(scheme)["brand"]


def test_logo_has_the_brand_colors() -> None:
    """The logo, which is also the icon, contains each scheme's brand color."""
    conf = configuration()
    logo = (ROOT / "docs" / str(conf["html_favicon"])).read_text(encoding="utf-8")
    assert {site_colors(scheme)["brand-primary"] for scheme in SCHEMES} <= set(
        re.findall(r"#\w{6}", logo)
    )
