"""The list of seeded faults. `nox -s mutants` checks that the tests catch each of them."""

import re

import pytest

from harness.rendering.template import ROOT
from harness.space.answers import axes
from sessions.mutants import Mutant, mutants


@pytest.mark.parametrize("fault", mutants(), ids=lambda fault: fault.name)
def test_a_fault_can_be_seeded(fault: Mutant) -> None:
    """A fault changes its file, and the tests that must catch it exist."""
    assert fault.faulty(ROOT) != (ROOT / fault.file).read_text(encoding="utf-8")
    for test in fault.tests:
        path, *_, name = test.split("[")[0].split("::")
        assert re.search(rf"(?m)^ *def {name}\(", (ROOT / path).read_text(encoding="utf-8"))


def test_faults_are_in_every_axis() -> None:
    """Each axis has a fault that its own tests, or the tests of the conventions, must catch."""
    tests = {test for fault in mutants() for test in fault.tests}
    without = {
        axis
        for axis in axes()
        if not any(f"options/test_{axis}.py" in test or f"[{axis}]" in test for test in tests)
    }
    assert set() == without
