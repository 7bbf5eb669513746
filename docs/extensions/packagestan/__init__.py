"""The Sphinx extension for Packagestan's documentation.

`docs/how-to/write-documentation.md` and `docs/course/maintainers.md` contain examples of its directives.

https://www.sphinx-doc.org/en/master/extdev/
"""

from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx_design.dropdown import DropdownDirective

from . import (
    boxes,
    captions,
    checkpoints,
    checks,
    commands,
    diagrams,
    glossary,
    handouts,
    renders,
    scrolling,
    slides,
    start_links,
    timetables,
    versions,
)

STATIC = Path(__file__).parent / "static"


def configure(app: Sphinx, config: Config) -> None:
    """Add this extension's static files and substitutions to the settings."""
    config.html_static_path.append(str(STATIC))
    config.myst_substitutions = versions.substitutions() | config.myst_substitutions


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension with Sphinx, and return its metadata."""
    app.setup_extension("myst_parser")
    app.setup_extension("sphinx_design")
    app.add_css_file("packagestan.css")
    app.add_css_file("diagrams.css")
    # Patterns for pages whose commands the tests run, even without `commands` in the front matter.
    app.add_config_value("packagestan_executed", [], "env", list)
    app.connect("config-inited", configure, priority=100)
    for name, box in boxes.DIRECTIVES.items():
        app.add_directive(name, box, override=issubclass(box, DropdownDirective))
    app.add_directive("code-block", commands.Code, override=True)
    app.add_directive("rendered", renders.Rendered)
    app.add_directive("checkpoint", checkpoints.Checkpoint)
    app.add_directive("timetable", timetables.Timetable)
    app.add_directive("diagram", diagrams.Diagram)
    app.add_node(diagrams.Picture, html=(diagrams.visit_picture, None))
    app.add_role("start", start_links.Start())
    app.add_directive("start-page", start_links.Screenshot)
    app.connect("doctree-read", start_links.link_options)
    app.connect("build-finished", start_links.copy_page)
    app.connect("doctree-read", commands.finish_page)
    app.connect("doctree-read", checks.check_page)
    app.connect("doctree-read", glossary.link_terms)
    app.connect("doctree-resolved", handouts.leave_out_solutions)
    app.connect("doctree-resolved", slides.make_slides)
    app.connect("html-page-context", scrolling.make_focusable)
    app.connect("html-page-context", captions.add_level, priority=captions.AFTER_FURO)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
