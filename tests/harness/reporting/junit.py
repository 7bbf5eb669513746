"""Read the outcomes of a test suite from pytest's JUnit report."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree


@dataclass
class Results:
    """The results of a test suite.

    Attributes:
        passed: The number of passed tests with each name.
        others: The number of other tests by outcome, such as `failed` or `skipped`.
    """

    passed: Counter[str] = field(default_factory=Counter)
    others: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        """Return a summary, such as "12 passed, 1 failed"."""
        numbers = {"passed": self.passed.total()} | dict(sorted(self.others.items()))
        return ", ".join(f"{number} {outcome}" for outcome, number in numbers.items())


def read_results(file: Path) -> Results:
    """Return the results in a JUnit report, or empty results if the report doesn't exist.

    Test names don't include file paths, because files can move.
    """
    results = Results()
    if not file.is_file():
        return results
    for case in ElementTree.parse(file).iter("testcase"):
        # For an inherited test, `file` is the base class's file, which can differ from the module
        # of the test's own class. If so, keep only the name of the test's own class.
        module = case.get("file", "").removesuffix(".py").replace("/", ".")
        classes = case.get("classname", "")
        own = classes.removeprefix(module) if classes.startswith(module) else classes.split(".")[-1]
        # A doctest's name starts with its module, which may be in the `src` folder.
        name = f"{own}.{case.get('name', '').removeprefix('src.')}".strip(".")
        outcomes = [each.tag for each in case if each.tag in ("failure", "error", "skipped")]
        if outcomes:
            results.others[outcomes[0].replace("failure", "failed")] += 1
        else:
            results.passed[name] += 1
    return results
