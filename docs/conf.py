"""Sphinx settings for the documentation.

https://www.sphinx-doc.org/en/master/usage/configuration.html
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.util.tags import Tags

    tags: Tags

# Sphinx imports this site's extension, which uses the test harness to render projects.
HERE = Path(__file__).parent
sys.path += [str(HERE / "extensions"), str(HERE.parent / "tests")]

from harness.packagestan.template import ORG

project = "Packagestan"
author = "The Packagestan contributors"
# In Furo's footer, the word "Copyright" before this text links to docs/copyright.md.
copyright = f"{author} (text: CC BY 4.0, code: MIT)"
extensions = ["myst_parser", "sphinx_copybutton", "sphinx_design", "packagestan"]
exclude_patterns = ["_build", "extensions", "start", "course/exercises"]
nitpicky = True
# Keep quotes and dashes as typed so that readers can search for messages and copy commands.
smartquotes = False

# https://myst-parser.readthedocs.io/en/latest/configuration.html
myst_enable_extensions = ["colon_fence", "deflist", "substitution"]
myst_heading_anchors = 3

# https://pradyunsg.me/furo/customisation/
html_theme = "furo"
html_title = "Packagestan"
html_logo = html_favicon = "logo.svg"
html_theme_options = {
    # The diagrams and the start page also use some of these colors.
    # tests/documentation/test_colors.py checks the contrast.
    "light_css_variables": {
        "color-foreground-primary": "#1f2328",
        "color-foreground-secondary": "#4d5561",
        "color-foreground-muted": "#5c6470",
        "color-background-primary": "#ffffff",
        "color-background-secondary": "#f6f8fa",
        "color-brand-primary": "#1d4ed8",
        "color-brand-content": "#1d4ed8",
        "color-brand-visited": "#7e22ce",
        "color-code-background": "#f6f8fa",
        "color-sidebar-item-background--current": "#dbeafe",
        "color-admonition-title": "#1d4ed8",
        "color-admonition-title-background": "#dbeafe",
    },
    "dark_css_variables": {
        "color-foreground-primary": "#e6edf3",
        "color-foreground-secondary": "#b2b8c1",
        "color-foreground-muted": "#9198a1",
        "color-background-primary": "#131416",
        "color-background-secondary": "#1a1c1e",
        "color-brand-primary": "#7cb0ff",
        "color-brand-content": "#7cb0ff",
        "color-brand-visited": "#d0a8ff",
        "color-code-background": "#2b2b2b",
        "color-sidebar-item-background--current": "#1e3a5f",
        "color-admonition-title": "#7cb0ff",
        "color-admonition-title-background": "#1e3a5f",
    },
    "source_branch": "main",
    "source_directory": "docs/",
}
html_theme_options["source_repository"] = f"https://github.com/{ORG}/packagestan/"

# The color schemes for code: https://github.com/Quansight-Labs/accessible-pygments
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"

# Copy commands without their prompts and output:
# https://sphinx-copybutton.readthedocs.io/en/latest/use.html
copybutton_prompt_text = r"\$ |> "
copybutton_prompt_is_regexp = True

# Translations: one catalog for each page. Line numbers are left out because they change often.
locale_dirs = ["locales"]
gettext_compact = False
gettext_location = False

# The tests run the commands on these pages, even without `commands` in the front matter.
packagestan_executed = ["tutorial/**", "course/**"]

# https://sphinx-revealjs.readthedocs.io/en/stable/configurations/
revealjs_style_theme = "white"
revealjs_css_files = ["revealjs/plugin/highlight/zenburn.css", "slides.css", "diagrams.css"]
revealjs_static_path = ["extensions/packagestan/static"]
revealjs_notes_from_comments = True
revealjs_script_conf = {"hash": True, "center": False, "width": 1280, "height": 720}
revealjs_script_plugins = [
    {"name": "RevealNotes", "src": "revealjs/plugin/notes/notes.js"},
    {"name": "RevealHighlight", "src": "revealjs/plugin/highlight/highlight.js"},
]

# Slides and handouts contain only the lessons and their index page.
if tags.has("slides") or tags.has("handouts"):  # noqa: F821 Sphinx defines it
    extensions.append("sphinx_revealjs")
    root_doc = "course/index"
    include_patterns = ["course/index.md", "course/[0-9]*.md"]
    # References to the excluded pages would cause these warnings.
    suppress_warnings = ["myst.xref_missing", "toc.not_readable", "ref.doc"]
