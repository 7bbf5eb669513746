"""Settings of the documentation.

https://www.sphinx-doc.org/en/master/usage/configuration.html
"""

import sys
from pathlib import Path

# The extension of this site, and the tests' harness, by which it renders projects.
HERE = Path(__file__).parent
sys.path += [str(HERE / "extensions"), str(HERE.parent / "tests")]

project = "Packagestan"
author = "The Packagestan contributors"
extensions = ["myst_parser", "sphinx_copybutton", "sphinx_design", "packagestan"]
exclude_patterns = ["_build", "extensions", "workshop/exercises"]
nitpicky = True

# https://myst-parser.readthedocs.io/en/latest/configuration.html
myst_enable_extensions = ["colon_fence", "deflist", "substitution"]
myst_heading_anchors = 3

# https://pradyunsg.me/furo/customisation/
html_theme = "furo"
html_title = "Packagestan"

# https://sphinx-copybutton.readthedocs.io/en/latest/use.html: commands without prompts and output.
copybutton_prompt_text = r"\$ |> "
copybutton_prompt_is_regexp = True

# The extension of this site.
packagestan_executed = ["tutorial/*", "workshop/*"]
