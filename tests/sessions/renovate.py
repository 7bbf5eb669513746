"""Read facts from Renovate's npm package, and use it to validate examples and generated settings.

`nox -s renovate` installs the package, validates the settings, and writes the facts to
tests/renovate.yml. The regular tests read only this file, because the package takes up 340 MB.
"""

import datetime
import json
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import copier
import yaml

from harness.packagestan.template import ROOT, snapshot
from harness.processes.commands import run

FACTS = ROOT / "tests" / "renovate.yml"
PAGE = ROOT / "docs" / "how-to" / "fleets.md"

# By default, Renovate finds only the first of these answers files.
ANSWERS_FILES = (".copier-answers.yml", "packagestan.yml")

SCRIPT = """
import { readFileSync } from "node:fs";
import datasources from "renovate/dist/modules/datasource/api.js";
import * as copier from "renovate/dist/modules/manager/copier/index.js";
import { getOptions } from "renovate/dist/config/options/index.js";
const behavior = getOptions().find((option) => option.name === "minimumReleaseAgeBehaviour");
const untimed = [...datasources].filter(([, source]) => !source.releaseTimestampSupport);
console.log(JSON.stringify({
  version: JSON.parse(readFileSync("node_modules/renovate/package.json")).version,
  copier_datasources: copier.supportedDatasources,
  copier_files: copier.defaultConfig.managerFilePatterns,
  minimum_release_age_behaviour: behavior.default,
  datasources_without_timestamps: untimed.map(([id]) => id).sort(),
}));
"""

HEADER = """\
# Facts from Renovate's npm package, written by `nox -s renovate`. A release from a datasource
# without timestamps never reaches a minimum age.
"""


def examples() -> Iterator[dict[str, Any]]:
    """Yield the settings in the fleet page's examples."""
    for text in re.findall(r"```json\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL):
        yield json.loads(text)


def generated(answers_file: str) -> dict[str, Any]:
    """Return the settings of a generated project with the given answers file."""
    answers = {"project_name": "My Project", "template_updates": "renovate"}
    with tempfile.TemporaryDirectory() as folder:
        copier.run_copy(
            *(str(snapshot()), folder, answers),
            answers_file=answers_file,
            defaults=True,
            quiet=True,
        )
        settings: dict[str, Any] = json.loads(Path(folder, "renovate.json").read_text("utf-8"))
    return settings


def recorded() -> dict[str, Any]:
    """Return the facts that tests/renovate.yml contains."""
    facts: dict[str, Any] = yaml.safe_load(FACTS.read_text(encoding="utf-8"))
    return facts


def published() -> list[dict[str, Any]]:
    """Return the settings to validate: the page's examples and generated files."""
    return [*examples(), *map(generated, ANSWERS_FILES)]


def read_package(folder: Path) -> dict[str, Any]:
    """Return the facts from the package installed in a folder."""
    finished = run("node", "--input-type=module", "--eval", SCRIPT, cwd=folder)
    facts: dict[str, Any] = json.loads(finished.stdout)
    return facts


def main() -> int:
    """Install the package, validate the settings, and write the facts.

    Raises:
        CommandError: The package can't be installed or read, or Renovate rejects the settings.
    """
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        run("npm", "init", "--yes", cwd=folder)
        run("npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "renovate", cwd=folder)
        facts = read_package(folder)
        for number, settings in enumerate(published()):
            file = folder / f"renovate-{number}.json"
            file.write_text(json.dumps(settings), encoding="utf-8")
            validator = folder / "node_modules" / ".bin" / "renovate-config-validator"
            run(validator, "--strict", "--no-global", file, env={"LOG_LEVEL": "warn"})
    facts |= {"reviewed": datetime.datetime.now(datetime.UTC).date()}
    text = yaml.safe_dump(facts, sort_keys=False, default_flow_style=None, width=100)
    FACTS.write_text(HEADER + text, encoding="utf-8")
    print(f"Renovate {facts['version']} accepts the settings.")
    return os.EX_OK


if __name__ == "__main__":
    sys.exit(main())
