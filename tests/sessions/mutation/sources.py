"""The sources in which faults are created, and the parts that are scored separately."""

import random
import re
from collections.abc import Sequence

from harness.packagestan.template import ROOT
from harness.processes.commands import run
from sessions.mutation.operators import Fault, code_lines, faults

# The first pattern that matches a path determines its part.
PARTS = {
    "adoption tool": r"^tools/",
    "course": r"docs/course/|tests/harness/course/",
    "questions and validators": r"copier\.yml|template/questions/|template/presets/",
    "runners": r"task_runner/|project\.runner|tasks\.json|macros/tasks",
    "workflows": r"\.git(?:hub|lab)|options/(?:ci|hooks|template_updates)/|github|gitlab|has\.hooks"
    r"|has\.renovate|readthedocs|data/(?:actions|images|hooks)|macros/(?:workflow|pipeline|actions|images)",
    "macros": r"template/macros/|template/data/.*\.jinja",
    "documents": r"\.md\b|template/(?:licenses|messages)/|data/notes|install\.|git_describe",
    "starter code": r"project/(?:src|tests)/|\.py\.jinja|options/(?:mode|cli_library)/",
    "metadata": r"template/",
}
# Lessons, puzzle descriptions, requirements, and topics aren't code, and `__init__.py` files
# contain only docstrings.
LEFT_OUT = r"docs/course/.*\.(?:md|txt)$|docs/course/topics\.yml|/__init__\.py$"
PLACES = ("copier.yml", "template", "tools", "docs/course", "tests/harness/course")


def part_of(file: str) -> str:
    """Return the name of the part to which a file belongs."""
    return next(part for part, pattern in PARTS.items() if re.search(pattern, file))


def sources(paths: Sequence[str] = PLACES) -> dict[str, str]:
    """Return the text of each source file in the given files and folders, by path."""
    listed = run("git", "ls-files", "-z", "--", *paths, cwd=ROOT).stdout.split("\0")
    found = {}
    for file in sorted(filter(None, listed)):
        inside = file.startswith(("copier.yml", *(f"{place}/" for place in PLACES)))
        is_template = file.startswith("template/")
        if inside and (ROOT / file).is_file() and (is_template or not re.search(LEFT_OUT, file)):
            found[file] = (ROOT / file).read_text(encoding="utf-8")
    return found


def sample(texts: dict[str, str], number: int, seed: int) -> list[Fault]:
    """Return different random faults, distributed evenly over the parts.

    A file's probability is proportional to the square root of its number of code lines. Otherwise,
    most faults would be in license texts. All lines in a file and all operators for a line are
    equally likely.

    Args:
        texts: The text of each file.
        number: The maximum number of faults.
        seed: The seed of the random number generator.
    """
    choice = random.Random(seed)
    lines = {file: sorted(code_lines(file, text)) for file, text in texts.items()}
    parts: dict[str, list[str]] = {}
    for file in texts:
        if lines[file]:
            parts.setdefault(part_of(file), []).append(file)
    chosen: dict[Fault, None] = {}
    for attempt in range(number * 20):
        files = parts[sorted(parts)[attempt % len(parts)]]
        (file,) = choice.choices(files, [len(lines[file]) ** 0.5 for file in files])
        possible = faults(file, texts[file], choice.choice(lines[file]))
        if possible:
            operator = choice.choice(sorted({fault.operator for fault in possible}))
            chosen[choice.choice([f for f in possible if f.operator == operator])] = None
        if len(chosen) == number:
            break
    return list(chosen)
