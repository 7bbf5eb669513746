"""Adopt real projects as described in docs/how-to/adopt.md, and run their test suites.

`python -m sessions.adoptions` adopts the projects in tests/adopt/corpus.yml, and writes
docs/explanation/adoptions.json. From this file, `nox -s tables` generates the table in
docs/explanation/adoptions.md. Arguments select projects by name or clones by path, or
replace the corpus with another `.yml` file. With arguments, the results are only printed.
"""

import argparse
import fnmatch
import functools
import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import yaml
from uv import find_uv_bin

from harness.artifacts.install import Environment
from harness.packagestan.template import ADDRESS, ROOT
from harness.processes.commands import CommandError, run
from harness.rendering.render import recorded_answers
from harness.reporting.junit import Results, read_results
from harness.updates.releases import IDENTITY

CORPUS = ROOT / "tests" / "adopt" / "corpus.yml"
HOW_TO = ROOT / "docs" / "how-to" / "adopt.md"
RESULTS = ROOT / "docs" / "explanation" / "adoptions.json"

# The folders from the how-to page, and a clone of the old project for comparisons.
OLD, NEW, BEFORE = "my-project", "my-project-adopted", "before"


@dataclass(frozen=True)
class Source:
    """A project to adopt.

    Attributes:
        name: The project's name on PyPI, or the folder's name.
        version: The version of the sdist.
        sha256: The hash of the sdist.
        kind: The project's noteworthy features.
        folder: The path of a git repository to clone instead of downloading the sdist.
        requirements: The test suite's requirements in addition to the wheel and pytest.
        constraint: A constraint for the build, such as `setuptools<80`.
        tag: The version's tag. By default, it is the version with the prefix "v".
        tests: pytest's arguments for the old project. By default, pytest uses the project's
            settings.
        generated: Patterns for files that the sdist contains but the project's repository doesn't.
        fails: The reasons why tests can't pass after the adoption, by name pattern. For example, a
            test may open a source file under its old path.
        rejected: Part of the expected error message if the project can't be adopted, or "".
    """

    name: str
    version: str = ""
    sha256: str = ""
    kind: str = "a git repository"
    folder: str = ""
    requirements: Sequence[str] = ()
    constraint: str = ""
    tag: str = ""
    tests: Sequence[str] = ()
    generated: Sequence[str] = ()
    fails: dict[str, str] = field(default_factory=dict)
    rejected: str = ""


@dataclass
class Adoption:
    """The outcome of adopting a project.

    Attributes:
        source: The project.
        carried: The old files whose contents are in the new project.
        reported: Other old files that the report names.
        lost: All other old files.
        before: The results of the old project's test suite.
        after: The results of the new project's test suite.
        findings: Descriptions of other problems.
        seconds: The duration in seconds.
    """

    source: Source
    carried: list[str] = field(default_factory=list)
    reported: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    before: Results = field(default_factory=Results)
    after: Results = field(default_factory=Results)
    findings: list[str] = field(default_factory=list)
    seconds: float = 0.0


def read_corpus(file: Path) -> list[Source]:
    """Return the projects in a corpus file."""
    return [Source(**entry) for entry in yaml.safe_load(file.read_text(encoding="utf-8"))]


@functools.cache
def snapshot() -> Path:
    """Copy the template and the tools to a folder that isn't a repository, and return it."""
    folder = Path(tempfile.mkdtemp(prefix="packagestan-template-"))
    shutil.copy(ROOT / "copier.yml", folder)
    for name in ("template", "tools"):
        shutil.copytree(ROOT / name, folder / name)
    return folder


def command(start: str) -> str:
    """Find the how-to page's first code block with a string, and return its commands.

    Prompts are removed. `git clone` is left out, because the adoption uses a copy of the current
    template.
    """
    blocks = re.findall(r"```console\n(.*?)```", HOW_TO.read_text(encoding="utf-8"), re.DOTALL)
    block = next(text for text in blocks if start in text)
    lines = re.sub(r"(?m)^\$ ", "", block).splitlines()
    return "\n".join(line for line in lines if not line.startswith("git clone"))


class Workplace:
    """The folder for adopting one project. `log.txt` contains the commands and their output."""

    def __init__(self, folder: Path, source: Source) -> None:
        """Create the folder with a link to the template and a file with the build constraint."""
        self.folder, self.source = folder, source
        folder.mkdir(parents=True)
        (folder / "packagestan").symlink_to(snapshot())
        self.constraint = folder / "constraint.txt"
        self.constraint.write_text(f"{source.constraint}\n", encoding="utf-8")

    def run(self, *arguments: str | Path, cwd: str = ".", exit_code: int | None = 0) -> str:
        """Run a command in a subfolder, log it, and return its output from stdout and stderr.

        Raises:
            CommandError: The command ended with a different exit code.
        """
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        env = IDENTITY | {"PATH": path, "PYTHONPATH": ""}
        env["PIP_BUILD_CONSTRAINT"] = str(self.constraint)
        done = run(*arguments, cwd=self.folder / cwd, env=env, exit_code=exit_code)
        self.log(f"$ {' '.join(map(str, arguments))}\n{done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def log(self, text: str) -> None:
        """Append text to the log."""
        with (self.folder / "log.txt").open("a", encoding="utf-8") as file:
            file.write(text.replace("\0", "\n") + "\n")

    def git(self, *arguments: str, cwd: str = OLD) -> str:
        """Run git in a subfolder, and return its output."""
        return self.run("git", *arguments, cwd=cwd)

    def unpack(self, sdists: Path) -> None:
        """Create the old project's repository, and a clone for later comparisons."""
        if self.source.folder:
            self.git("clone", "--quiet", str(Path(self.source.folder).resolve()), OLD, cwd=".")
        else:
            shutil.unpack_archive(self.sdist(sdists), self.folder / "sdist", filter="data")
            (tree,) = (self.folder / "sdist").iterdir()
            tree.rename(self.folder / OLD)
            generated = ["PKG-INFO", "**/*.egg-info", "**/__pycache__", "**/.pytest_cache"]
            generated += self.source.generated
            for path in [path for name in generated for path in (self.folder / OLD).glob(name)]:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
            self.git("init", "--quiet", "--initial-branch=master")
            self.git("add", "--all", "--force")
            self.git("commit", "--quiet", f"--message=Release {self.source.version}")
            self.git("tag", self.source.tag or f"v{self.source.version}")
        self.git("clone", "--quiet", OLD, BEFORE, cwd=".")

    def sdist(self, sdists: Path) -> Path:
        """Download the sdist unless it is cached, check its hash, and return its path.

        Args:
            sdists: The folder for cached sdists.

        Raises:
            CommandError: The download failed, or the hash of the sdist is wrong.
        """
        name = self.source.name
        folder = sdists / f"{name}-{self.source.version}"
        if not folder.is_dir():
            options = ("--no-deps", f"--no-binary={name}", "--quiet", f"--dest={folder}")
            pip = (sys.executable, "-m", "pip", "download")
            self.run(*pip, *options, f"{name}=={self.source.version}")
        (file,) = folder.iterdir()
        found = hashlib.sha256(file.read_bytes()).hexdigest()
        if found != self.source.sha256:
            raise CommandError(f"the hash of {file.name} is {found}")
        return file

    def test(self, repository: str, *arguments: str, group: bool = False) -> Results:
        """Clone a repository, build its wheel, and run its tests with this wheel.

        Args:
            repository: The name of the repository to clone.
            arguments: Arguments for pytest.
            group: Whether to install the dependency group `test`.

        Returns:
            The results, which are empty if pytest doesn't write a report.

        Raises:
            CommandError: The wheel can't be built or installed.
        """
        clone = f"tested-{repository}"
        self.git("clone", "--quiet", repository, clone, cwd=".")
        wheels = self.folder / f"wheel-{repository}"
        options = (f"--python={sys.executable}", f"--build-constraints={self.constraint}")
        self.run(find_uv_bin(), "build", "--wheel", f"--out-dir={wheels}", *options, clone)
        environment = Environment.make(self.folder / f"environment-{repository}")
        tools = ["--group", str(self.folder / clone / "pyproject.toml:test")] if group else []
        environment.install(*wheels.glob("*.whl"), "pytest", *self.source.requirements, *tools)
        results = self.folder / f"{repository}.xml"
        pytest = (environment.python, "-m", "pytest", "-q", "-o", "junit_family=xunit1")
        self.run(*pytest, f"--junitxml={results}", *arguments, cwd=clone, exit_code=None)
        return read_results(results)

    def adopt_command(self, name: str) -> str:
        """Return an `adopt.py` command from the how-to page, with the options for the project."""
        options = "--yes"
        if self.source.constraint:
            options += f" --constraint {shlex.quote(self.source.constraint)}"
        return command(f"adopt.py {name}").replace(f"adopt.py {name}", f"adopt.py {name} {options}")

    def adopt(self) -> str:
        """Follow the how-to page up to the commit, and return the report."""
        self.run("bash", "-euc", self.adopt_command("read"))
        (report,) = self.folder.glob("*.report.md")
        name = report.name.removesuffix(".report.md")
        copy = command("copier copy").replace(f"{OLD}.answers", f"{name}.answers")
        self.run("bash", "-euc", copy.replace(ADDRESS, "packagestan"))
        text = report.read_text(encoding="utf-8")
        self.run("bash", "-euc", self.adopt_command("move"))
        for tag in re.findall(r"`(git tag v\S+ '[^'`]+')`", prose(text)):
            self.run("bash", "-euc", tag, cwd=OLD)
        self.run("bash", "-euc", command("git switch"))
        for forced in re.findall(r"`(git --work-tree=[^`]+)`", prose(text)):
            self.run("bash", "-euc", forced, cwd=OLD)
        self.git("commit", "--quiet", "--message=Adopt Packagestan")
        return text

    def unexplained(self) -> list[str]:
        """Compare the wheels, and return the unexplained differences and the error, if any."""
        text = self.adopt_command("compare").replace(f"{OLD} {NEW}", f"{BEFORE} {OLD}")
        output = self.run("bash", "-euc", text, exit_code=None)
        failed = [] if "explained: " in output else [output.strip().splitlines()[-1]]
        return failed + re.findall(r"(?m)^not explained: (.*)", output)

    def files(self, revision: str) -> dict[str, str]:
        """Return the hash of each file in a commit, by path."""
        lines = self.git("ls-tree", "-r", "-z", "--full-tree", revision).split("\0")
        return {line.split("\t")[1]: line.split()[2] for line in lines if "\t" in line}


def is_named(path: str, report: str) -> bool:
    """Return whether a report names a file or, with a trailing slash, one of its parent folders."""
    folders = [f"{folder}/" for folder in list(map(str, Path(path).parents))[:-1]]
    pattern = "|".join(
        [rf"{re.escape(path)}(?![\w/-])", *(f"{re.escape(f)}(?![\\w.-])" for f in folders)]
    )
    return re.search(rf"(?<![\w./-])(?:{pattern})", report) is not None


def prose(report: str) -> str:
    """Return a report without code blocks, such as diffs, entries, and copy commands."""
    return re.sub(r"(?ms)^(`{3,})\w+$.*?^\1$", "", report)


def account(old: dict[str, str], new: dict[str, str], report: str, adoption: Adoption) -> None:
    """Record which of the old project's files were carried over, reported, or lost."""
    contents = set(new.values())
    # A path in a code block, such as a diff, doesn't count as a report of the file.
    report = prose(report)
    for path, content in old.items():
        if content in contents:
            adoption.carried.append(path)
        elif is_named(path, report):
            adoption.reported.append(path)
        else:
            adoption.lost.append(path)


def adopted(source: Source, folder: Path, sdists: Path) -> Adoption:
    """Adopt a project, and return the outcome."""
    began, adoption = time.monotonic(), Adoption(source)
    place = Workplace(folder, source)
    try:
        place.unpack(sdists)
        adoption.before = place.test(BEFORE, *source.tests)
        if not adoption.before.passed:
            adoption.findings.append("none of the old project's tests passes")
        branch = place.git("branch", "--show-current").strip()
        report = place.adopt()
        if recorded_answers(folder / OLD).get("default_branch") != branch:
            adoption.findings.append(f"the default branch is no longer {branch}")
        account(place.files("HEAD~"), place.files("HEAD"), report, adoption)
        adoption.findings += [f"not explained: {found}" for found in place.unexplained()]
        adoption.after = place.test(OLD, group=True)
        if source.rejected:
            adoption.findings.append("the project is not rejected")
        missing = adoption.before.passed - adoption.after.passed
        for test in missing:
            if not any(fnmatch.fnmatchcase(test, pattern) for pattern in source.fails):
                adoption.findings.append(f"no longer passes: {test}")
    except (CommandError, subprocess.TimeoutExpired) as error:
        place.log(str(error))
        last = str(error).strip().splitlines()[-1]
        if not source.rejected or source.rejected not in last:
            adoption.findings.append(last)
    adoption.seconds = time.monotonic() - began
    place.log("\n".join([*adoption.findings, *(f"lost: {path}" for path in adoption.lost)]))
    return adoption


def row(adoption: Adoption) -> dict[str, str]:
    """Return the cells of a project's row in the table, by column heading."""
    return {
        "project": f"{adoption.source.name} {adoption.source.version}".strip(),
        "kind": adoption.source.kind,
        "carried over": str(len(adoption.carried)),
        "reported": str(len(adoption.reported)),
        "lost": str(len(adoption.lost)),
        "tests before": str(adoption.before),
        "tests after": str(adoption.after),
        "findings": str(len(adoption.findings)),
        "minutes": f"{adoption.seconds / 60:.1f}",
    }


def main(arguments: Sequence[str]) -> int:
    """Adopt projects, report the results, and return 1 if there are lost files or findings."""
    parser = argparse.ArgumentParser(prog="nox -s adoptions --", description=__doc__)
    parser.add_argument("projects", nargs="*", help="names, paths of clones, or a corpus file")
    given = parser.parse_args(arguments).projects
    files = [Path(text) for text in given if text.endswith(".yml")] or [CORPUS]
    known = {source.name: source for file in files for source in read_corpus(file)}
    names = [text for text in given if not text.endswith(".yml")] or list(known)
    if unknown := [name for name in names if name not in known and not Path(name).is_dir()]:
        parser.error(f"the corpus has no {', '.join(unknown)}")
    sources = [
        replace(known.get(Path(name).name, Source(Path(name).name)), folder=name, version="")
        if Path(name).is_dir()
        else known[name]
        for name in names
    ]
    base = Path(tempfile.gettempdir())
    work = Path(tempfile.mkdtemp(prefix="packagestan-adoptions-", dir=base))
    print(f"logs: {work}", flush=True)
    rows, good = [], True
    for source in sources:
        adoption = adopted(source, work / source.name, base / "packagestan-sdists")
        good = good and not adoption.lost and not adoption.findings
        rows.append(row(adoption))
        print(", ".join(f"{heading}: {cell}" for heading, cell in rows[-1].items()))
        print(*adoption.findings[:5], *adoption.lost[:5], sep="\n", flush=True)
    if not given:
        results = {"date": str(datetime.now(UTC).date()), "projects": rows}
        RESULTS.write_text(
            json.dumps(results, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
        )
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
