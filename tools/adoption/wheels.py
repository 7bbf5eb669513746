"""Read the files, entry points, and metadata of wheels."""

import email.utils
import importlib.metadata
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

from packaging.metadata import RawMetadata, parse_email

from adoption.findings import AdoptionError
from adoption.requirements import split_by_extra


@dataclass(frozen=True)
class Wheel:
    """The contents of a wheel.

    Attributes:
        files: The contents of each file outside `.dist-info`, by path. Paths in the data folder
            start with `.data/`.
        licenses: The contents of each license file, by name.
        tags: The compatibility tags, such as "py3-none-any".
        entry_points: The object references by (group, name).
        metadata: The unprocessed core metadata.
    """

    files: dict[str, bytes]
    licenses: dict[str, bytes]
    tags: list[str]
    entry_points: dict[tuple[str, str], str]
    metadata: RawMetadata

    @property
    def extras(self) -> dict[str, set[str]]:
        """Return the requirements of each extra by normalized name. The key "" means no extra."""
        return split_by_extra(self.metadata)

    @property
    def summary(self) -> str:
        """Return the first line of the summary, or ""."""
        lines = self.metadata.get("summary", "").split("\n")
        return "" if lines[0] == "UNKNOWN" else lines[0].strip()

    @property
    def authors(self) -> list[tuple[str, str]]:
        """Return the authors as (name, email address)."""
        return people(self.metadata.get("author", ""), self.metadata.get("author_email", ""))

    @property
    def maintainers(self) -> list[tuple[str, str]]:
        """Return the maintainers as (name, email address)."""
        metadata = self.metadata
        return people(metadata.get("maintainer", ""), metadata.get("maintainer_email", ""))

    @property
    def keywords(self) -> list[str]:
        """Return the keywords."""
        return [text for text in self.metadata.get("keywords", []) if text]

    @property
    def urls(self) -> dict[str, str]:
        """Return all URLs by label, including the home page and the download URL."""
        fields = {"Homepage": self.metadata.get("home_page", "")}
        fields["Download"] = self.metadata.get("download_url", "")
        urls = {label: url for label, url in fields.items() if url and url != "UNKNOWN"}
        return urls | self.metadata.get("project_urls", {})

    @property
    def extension_modules(self) -> list[str]:
        """Return the paths of compiled modules."""
        return [name for name in self.files if is_extension_module(name)]


def is_extension_module(name: str) -> bool:
    """Return whether a file has the suffix of a compiled module."""
    return name.endswith((".so", ".pyd"))


def read_wheel(path: Path) -> Wheel:
    """Read the contents of a wheel.

    https://packaging.python.org/en/latest/specifications/binary-distribution-format/

    Raises:
        AdoptionError: The file can't be read or is not a valid wheel.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return read_archive(archive)
    except (OSError, zipfile.BadZipFile, ValueError, KeyError) as error:
        raise AdoptionError(f"{path} can't be read as a wheel: {error}") from error


def read_archive(archive: zipfile.ZipFile) -> Wheel:
    """Read the contents of an open wheel.

    Raises:
        KeyError: METADATA or WHEEL is missing.
        ValueError: There isn't exactly one `.dist-info` folder, or the name or version is missing.
    """
    names = [info.filename for info in archive.infolist() if not info.is_dir()]
    (dist_info,) = {name.split("/")[0] for name in names if ".dist-info/" in name}
    metadata = parse_email(archive.read(f"{dist_info}/METADATA"))[0]
    if not {"name", "version"} <= set(metadata):
        raise ValueError("the metadata doesn't contain both a name and a version")
    data = dist_info.removesuffix(".dist-info") + ".data/"
    distribution = importlib.metadata.PathDistribution(zipfile.Path(archive, f"{dist_info}/"))
    return Wheel(
        files={
            re.sub(rf"\A{re.escape(data)}", ".data/", name): archive.read(name)
            for name in names
            if not name.startswith(f"{dist_info}/")
        },
        licenses=license_contents(archive, dist_info, metadata.get("license_files", [])),
        tags=re.findall(r"(?m)^Tag: (.*?)\r?$", archive.read(f"{dist_info}/WHEEL").decode()),
        entry_points={
            (point.group, point.name): point.value for point in distribution.entry_points
        },
        metadata=metadata,
    )


def license_contents(
    archive: zipfile.ZipFile, dist_info: str, stated: list[str]
) -> dict[str, bytes]:
    """Return the contents of each license file by name.

    Files in the `licenses` folder are included even if the metadata doesn't list them.

    Args:
        archive: The open wheel.
        dist_info: The name of the `.dist-info` folder.
        stated: The names of the license files in the metadata.
    """
    paths = {
        name: path
        for path in archive.namelist()
        for name in (
            path.removeprefix(f"{dist_info}/licenses/"),
            path.removeprefix(f"{dist_info}/"),
        )
        if path == f"{dist_info}/licenses/{name}" or (path != name and name in stated)
    }
    return {name: archive.read(path) for name, path in paths.items() if not path.endswith("/")}


def people(names: str, addresses: str) -> list[tuple[str, str]]:
    """Return people as (name, email address) from two fields such as Author and Author-email.

    Unknown names and addresses are empty.
    """
    if "<" in names:  # The field for names also contains addresses.
        names, addresses = "", names if addresses in names else f"{names}, {addresses}"
    listed = [name.strip() for name in names.split(",") if name.strip() not in ("", "UNKNOWN")]
    with_address = email.utils.getaddresses([addresses]) if "@" in addresses else []
    nameless = [address for name, address in with_address if not name]
    if len(nameless) == 1:
        # Both fields describe the same person, whose name may contain a comma.
        pairs = [(", ".join(listed), address) for address in nameless]
    elif len(nameless) == len(listed):
        pairs = list(zip(listed, nameless, strict=True))
    else:
        pairs = [*((name, "") for name in listed), *(("", address) for address in nameless)]
    return pairs + [(name, address) for name, address in with_address if name]
