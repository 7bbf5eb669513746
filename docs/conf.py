"""Settings of the documentation.

https://www.sphinx-doc.org/en/master/usage/configuration.html
"""

project = "Packagestan"
author = "The Packagestan contributors"
extensions = ["myst_parser"]
html_theme = "furo"
html_title = "Packagestan"
exclude_patterns = ["_build"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
nitpicky = True
