"""Read sdists and wheels in a form that can be compared across build backends."""

import hashlib
import importlib.metadata
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from packaging.metadata import RawMetadata, parse_email
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name


@dataclass(frozen=True)
class Wheel:
    """The contents of a wheel.

    Attributes:
        files: The hash of each file outside `.dist-info`, by path.
        executable: The paths of the executable files outside `.dist-info`.
        licenses: The hash of each license file, by path relative to `.dist-info/licenses`.
        tags: The sorted `Tag` and `Root-Is-Purelib` lines from the WHEEL file.
        entry_points: The object reference of each entry point, by (group, name).
        metadata: The unprocessed core metadata.
    """

    files: dict[str, str]
    executable: set[str]
    licenses: dict[str, str]
    tags: list[str]
    entry_points: dict[tuple[str, str], str]
    metadata: RawMetadata


def unpack(archive: Path, folder: Path) -> None:
    """Extract a tar archive into a folder. If Python supports it, write nothing elsewhere.

    Python 3.11.2, which Debian 12 uses, doesn't support the argument `filter` and ignores the
    attribute `extraction_filter`. Later versions support both.
    """
    with tarfile.open(archive) as tar:
        tar.extraction_filter = getattr(tarfile, "data_filter", None)
        tar.extractall(folder)


def read_wheel(path: Path) -> Wheel:
    """Return the contents of a wheel.

    https://packaging.python.org/en/latest/specifications/binary-distribution-format/
    """
    with zipfile.ZipFile(path) as archive:
        infos = [info for info in archive.infolist() if not info.is_dir()]
        name, version = path.name.split("-")[:2]
        dist_info = f"{name}-{version}.dist-info/"
        hashes = {i.filename: hashlib.sha256(archive.read(i)).hexdigest() for i in infos}
        wheel_file = archive.read(dist_info + "WHEEL").decode()
        distribution = importlib.metadata.PathDistribution(zipfile.Path(archive, dist_info))
        return Wheel(
            files={f: h for f, h in hashes.items() if not f.startswith(dist_info)},
            executable={
                info.filename
                for info in infos
                if info.external_attr >> 16 & 0o111 and not info.filename.startswith(dist_info)
            },
            licenses={
                f.removeprefix(dist_info + "licenses/"): h
                for f, h in hashes.items()
                if f.startswith(dist_info + "licenses/")
            },
            tags=sorted(
                line
                for line in wheel_file.splitlines()
                if line.startswith(("Tag: ", "Root-Is-Purelib: "))
            ),
            entry_points={
                (point.group, point.name): point.value for point in distribution.entry_points
            },
            metadata=parse_email(archive.read(dist_info + "METADATA"))[0],
        )


def sdist_files(path: Path) -> set[str]:
    """Return the paths of the files in an sdist, relative to its top-level folder.

    https://packaging.python.org/en/latest/specifications/source-distribution-format/
    """
    with tarfile.open(path) as archive:
        names = [member.name for member in archive.getmembers() if member.isfile()]
    return {str(PurePosixPath(*PurePosixPath(name).parts[1:])) for name in names}


def normalized_requirement(text: str) -> str:
    """Return a requirement in a form that doesn't depend on the build backend.

    >>> normalized_requirement('PyYAML (!=6.0,>=6) ; python_full_version < "3.12"')
    'pyyaml!=6.0,>=6; python_version < "3.12"'
    """
    requirement = Requirement(text)
    requirement.name = canonicalize_name(requirement.name)
    requirement.extras = {canonicalize_name(extra) for extra in requirement.extras}
    return str(requirement).replace("python_full_version", "python_version")


def comparable(metadata: RawMetadata) -> dict[str, Any]:
    """Return core metadata without the permitted differences between build backends.

    The metadata version, the order of values, and fields that only some backends write, such as
    Dynamic and Import-Name, are ignored. If the extra `all` requires the package's other extras, it
    gets their requirements instead, as with Hatchling.
    """
    requirements = set(map(normalized_requirement, metadata.get("requires_dist", [])))
    extras = set(map(canonicalize_name, metadata.get("provides_extra", [])))
    own = canonicalize_name(metadata["name"])
    for text in sorted(requirements):
        requirement = Requirement(text)
        if requirement.name == own:
            requirements.remove(text)
            for extra in requirement.extras:
                of_extra = {r for r in requirements if f'extra == "{extra}"' in r}
                requirements |= {
                    normalized_requirement(r.replace(f'extra == "{extra}"', 'extra == "all"'))
                    for r in of_extra
                }
    return {
        "name": own,
        "version": metadata["version"],
        "summary": metadata.get("summary"),
        "people": people(metadata),
        "keywords": sorted(metadata.get("keywords", [])),
        "classifiers": sorted(metadata.get("classifiers", [])),
        "requires_python": SpecifierSet(metadata.get("requires_python", "")),
        "requires_dist": sorted(requirements),
        "provides_extra": sorted(extras),
        "project_urls": metadata.get("project_urls"),
        "license_expression": metadata.get("license_expression"),
        "license_files": sorted(metadata.get("license_files", [])),
        "description": metadata.get("description", "").strip(),
        "description_content_type": metadata.get("description_content_type"),
    }


def people(metadata: RawMetadata) -> set[tuple[str, str]]:
    """Return the authors as pairs of name and email address.

    Most backends write an author with an email address as `Author-email: name <address>`.
    poetry-core writes `Author: name` and `Author-email: address`.
    """
    import email.headerregistry
    import email.policy

    name = metadata.get("author", "")
    if not metadata.get("author_email"):
        return {(name, "")}
    header = email.policy.default.header_factory("From", metadata["author_email"])
    assert isinstance(header, email.headerregistry.AddressHeader)
    return {(address.display_name or name, address.addr_spec) for address in header.addresses}


def tree(folder: Path) -> dict[str, tuple[str, bool]]:
    """Return each file's hash and executable bit by path, excluding files in `.git`."""
    return {
        path.relative_to(folder).as_posix(): (
            hashlib.sha256(path.read_bytes()).hexdigest(),
            bool(path.stat().st_mode & 0o100),
        )
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".git" not in path.relative_to(folder).parts
    }
