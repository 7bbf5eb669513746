"""The temporary folder of a test run."""

from pathlib import Path

import pytest
from filelock import FileLock

from harness import temporary


def run_folder(place: Path) -> Path:
    """Return a folder as a run makes it."""
    folder = place / f"{temporary.PREFIX}1"
    (folder / "clone").mkdir(parents=True)
    return folder


def test_what_an_ended_run_has_left_is_deleted(tmp_path: Path) -> None:
    """The folder of a run that has ended is deleted with all that it holds."""
    temporary.delete(run_folder(tmp_path))
    assert [] == list(tmp_path.iterdir())


def test_a_run_that_goes_on_keeps_its_folder(tmp_path: Path) -> None:
    """The folder of a run that still writes to it stays."""
    folder = run_folder(tmp_path)
    with FileLock(folder / "lock"):
        temporary.delete(folder)
        assert folder.is_dir()


@pytest.mark.parametrize("wanted", [True, False])
def test_memory_is_used_where_there_is_enough(
    wanted: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder is in memory if there is room, and else where the machine says."""
    monkeypatch.setenv("TMPDIR", "")
    monkeypatch.setenv(temporary.MACHINE, "")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "machine"))
    monkeypatch.setattr(temporary, "MEMORY", tmp_path / "memory")
    monkeypatch.setattr(temporary, "BYTES_NEEDED", 0 if wanted else 2**63)
    for name in ("machine", "memory"):
        (tmp_path / name).mkdir()
    folder = temporary.start()
    assert tmp_path / ("memory" if wanted else "machine") == folder.parent
    temporary.delete(folder)
    assert not folder.exists()
