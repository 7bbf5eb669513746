"""Follow the README to replace a project's example with other code."""

import re
import shlex
from pathlib import Path

import pytest
from uv import find_uv_bin

from harness.artifacts.artifact_cache import ArtifactCache
from harness.artifacts.inspect import read_wheel, tree
from harness.processes.commands import run
from harness.rendering.template import Answers

pytestmark = pytest.mark.slow

VARIANTS: dict[str, Answers] = {
    "library": {"github_user": "ada"},
    "app-sphinx": {"mode": "app", "preset": "full", "docs_engine": "sphinx"},
    "app-zensical": {"mode": "app", "docs_engine": "zensical", "cli_library": "click"},
    "plugins": {"plugins": True, "extras": {"colors": ["rich>=13"], "yaml": ["pyyaml>=6"]}},
    "script": {"mode": "script"},
    "minimal": {"preset": "minimal"},
}

# A user's code and tests. Only projects with a command use the last two.
MODULE = '''"""Tides."""


def height(hours: float) -> float:
    """Return the height of the tide in meters."""
    return abs(hours - 6)
'''
TEST = """from {module} import height


def test_tide_is_low_at_six() -> None:
    assert height(6) == 0
"""
COMMAND = '''"""The command-line interface."""

from .tides import height


def main() -> int:
    """Print the height of the tide."""
    print(height(6))
    return 0
'''
COMMAND_TEST = """import pytest

from {module} import main


def test_prints_the_height(capsys: pytest.CaptureFixture[str]) -> None:
    assert main() == 0
    assert "0" in capsys.readouterr().out
"""


def edit(file: Path, pattern: str, replacement: str) -> None:
    """Replace the only match of a regular expression in a file."""
    text, number = re.subn(
        pattern, replacement, file.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL
    )
    assert 1 == number, (file, pattern)
    file.write_text(text, encoding="utf-8")


def follow(step: str, project: Path) -> None:
    """Follow one step of the README exactly.

    Args:
        step: The text of the step.
        project: The project's folder.

    Raises:
        AssertionError: This function doesn't support an instruction in the step.
    """
    package = project / "src" / "tide_tables"
    quoted = re.findall("`(.*?)`", step)
    if found := re.match("Delete `(test_.*)` from `(.*)`", step):
        edit(project / found[2], rf"\n\n\ndef {found[1]}\(.*?(?=\n\n\n|\Z)", "\n")
        edit(project / found[2], "import shutil\nimport subprocess\nimport sys\n", "")
    elif step.startswith("Delete "):
        for name in quoted:
            run("rm", "-r" if name.endswith("/") else "--", project / name)
    elif step.startswith("Rewrite `"):
        for name in quoted[: quoted.index("main")]:
            module = "tide_tables.cli"
            if name.endswith("__main__.py"):
                command = COMMAND.partition("\n\n")[2].replace(
                    "from .tides import height\n\n\n", ""
                )
                tail = '\n\nif __name__ == "__main__":\n    sys.exit(main())\n'
                code = '"""Tides."""\n\nimport sys\n' + MODULE.partition("\n")[2]
                head = (project / name).read_text("utf-8").partition('"""')[0]
                (project / name).write_text(f"{head}{code}\n\n{command}{tail}", "utf-8")
            elif name.startswith("src/"):
                (project / name).write_text(COMMAND, encoding="utf-8")
            else:
                if not (package / "cli.py").exists():
                    module = "tide_tables.__main__"
                text = COMMAND_TEST.format(module=module)
                (project / name).write_text(text, encoding="utf-8")
    elif step.startswith("Write your code in "):
        (package / "tides.py").write_text(MODULE, encoding="utf-8")
        test = TEST.format(module="tide_tables")
        (project / "tests" / "test_tides.py").write_text(test, encoding="utf-8")
        names = "from .tides import height\n\n__all__ = ['height']".replace("'", '"')
        edit(project / quoted[-1], r"from \.greetings .*?__all__ = \[.*?\]", names)
    elif step.startswith("In `pyproject.toml`, "):
        file = project / "pyproject.toml"
        for part in re.split(r",? and (?=set|delete|remove)|, ", step.partition(", ")[2]):
            table = re.search(r"delete the `\[(.*)\]` table", part)
            if "set `description`" in part:
                edit(file, r'^description = ".*?"$', 'description = "Tide tables"')
            elif table:
                edit(file, rf"(^# [^\n]*\n)?^\[{re.escape(table[1])}\]\n.*?\n\n", "")
            elif "delete the `colors` extra (also from `all`)" in part:
                edit(file, r"^colors = \[.*?\]\n", "")
                edit(file, r"\[colors,", "[")
            elif "remove `rich` from the `test` group" in part:
                edit(file, r'^    "rich>=13",\n', "")
            else:
                raise AssertionError(part)
    elif step.startswith("Run `"):
        for command in quoted:
            run(find_uv_bin(), *shlex.split(command)[1:], cwd=project)
    elif step.startswith('Rewrite "Installation" and "Usage"'):
        file = project / "README.md"
        edit(file, r"## Installation\n.*?(?=^## L)", "Call `height`.\n\n")
        edit(file, r"## Replace the example with your own code\n.*", "")
    else:
        raise AssertionError(step)


def commands(project: Path) -> list[str]:
    """Return the commands that check and build the project."""
    if (project / "justfile").exists():
        tasks = ["lint", "typecheck", "test", "build"]
        tasks += ["docs"] if (project / "docs").exists() else []
        return [f"uv run just {task}" for task in tasks]
    # Projects without a task runner, CI, and guides have no tools that check the distributions.
    return [
        "uv run ruff check",
        "uv run ruff format --check",
        "uv run mypy",
        "uv run pytest --cov",
        "uv build --clear",
    ]


@pytest.mark.parametrize("variant", VARIANTS)
def test_following_the_readme_keeps_all_tasks_passing(
    variant: str, tmp_path: Path, artifacts: ArtifactCache
) -> None:
    """After the README's steps, all checks pass, and nothing mentions greetings anymore.

    The test searches the wheel's metadata and file names, and the project's code, pages, and
    settings.
    """
    answers = VARIANTS[variant] | {"project_name": "Tide Tables"}
    project = artifacts.copy(answers, tmp_path / "project")
    readme = (project / "README.md").read_text("utf-8")
    section = readme.partition("## Replace the example with your own code\n")[2]
    steps = re.findall(r"(?m)^\d+\. (.*)$", section)
    assert 4 <= len(steps) <= 8
    # The paragraph after the steps requires a released template. tests/updates covers its command.
    assert len(section.splitlines()) <= 12
    for step in steps:
        follow(step, project)
    env = {
        "PATH": f"{Path(find_uv_bin()).parent}:/usr/bin:/bin",
        # Reuse the environment's path so that Python compiles each tool only once.
        "UV_PROJECT_ENVIRONMENT": str(tmp_path.with_name("environment")),
    }
    run(find_uv_bin(), "lock", "--quiet", cwd=project)
    for command in commands(project):
        run("bash", "-c", command, cwd=project, env=env)
    wheel = read_wheel(next((project / "dist").glob("*.whl")))
    assert not re.search("greet", f"{wheel.metadata} {sorted(wheel.files)}", re.IGNORECASE)
    for name in tree(project):
        path = project / name
        published = name.startswith(("src/", "tests/", "docs/")) or "/" not in name
        if published and path.suffix in {".py", ".md", ".toml", ".html"}:
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"\bgreet|hallo|hola\b", text, re.IGNORECASE), name
