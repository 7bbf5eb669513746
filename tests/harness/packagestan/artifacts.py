"""The artifact cache for Packagestan's projects."""

import functools
from pathlib import Path

from harness.artifacts.adapter import Adapter
from harness.artifacts.artifact_cache import ArtifactCache
from harness.packagestan.answers import choices
from harness.packagestan.template import TEMPLATE, facts


def version_variables() -> set[str]:
    """Return the environment variables that set the version if it can't come from git."""
    return {data["vcs"]["variable"] for data in facts("backend").values() if data["vcs"]}


@functools.cache
def adapter() -> Adapter:
    """Return an adapter that describes Packagestan's projects."""
    warm_up = {"project_name": "Warm up"}
    backends = facts("backend")
    return Adapter(
        TEMPLATE,
        choices("python_min"),
        [warm_up | {"backend": name} for name in backends],
        [
            warm_up | {"backend": name, "versioning": "vcs"}
            for name, backend in backends.items()
            if backend["vcs"] and not backend["vcs_error"]
        ],
        version_variables(),
    )


def artifact_cache(folder: Path) -> ArtifactCache:
    """Return an artifact cache in a folder. Create the folder if necessary."""
    folder.mkdir(exist_ok=True)
    return ArtifactCache(folder, adapter())


def interpreters() -> dict[str, Path]:
    """Return this machine's interpreters for the supported Python versions, by version."""
    return adapter().interpreters()
