"""Find the existing project's license in its metadata, license files, and code."""

import configparser
import contextlib
import difflib
import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import spdx_matcher
from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

from adoption.files import TEXT, find_roles
from adoption.findings import Finding
from adoption.projects import Project
from adoption.template import TEMPLATE, license_choices, questions
from adoption.wheels import Wheel

PROPRIETARY = "LicenseRef-Proprietary"

# Common names of license files in any folder. LICENSE also matches names like LICENSE-MIT.
PLAIN_NAME = re.compile(rf"(?i)(?:.*/)?(?:(?:un)?licen[cs]e|copying){TEXT}")
LICENSE = re.compile(r"(?i)(?:\A|/)(?:(?:un)?licen[cs]e|copying)[^/]*\Z")

# The possible meanings of ambiguous names. https://spdx.org/licenses/
FAMILIES = {
    "BSD": ("BSD-3-Clause", "BSD-2-Clause", "BSD-4-Clause", "BSD-1-Clause", "0BSD"),
    "PSF": ("PSF-2.0", "Python-2.0", "Python-2.0.1"),
    "ZPL": ("ZPL-2.1", "ZPL-2.0", "ZPL-1.1"),
    "MPL": ("MPL-2.0", "MPL-1.1", "MPL-1.0"),
    "Artistic": ("Artistic-2.0", "Artistic-1.0", "Artistic-1.0-Perl", "Artistic-1.0-cl8"),
}

# Patterns for other license names in lowercase, without "the", "license", and most punctuation.
# They also match the last parts of common license classifiers.
NAMES = {
    r"mit( x11)?|mit mit|expat": ("MIT",),
    r"apache( software)? ?v?(version )?(2(\.0)?)?( only)?|asl ?(2(\.0)?)?|al2": ("Apache-2.0",),
    r"(new|modified|revised) ?bsd|bsd ?(3|three)( clause)?|(3|three) clause( new)? bsd": (
        "BSD-3-Clause",
    ),
    r"freebsd|simplified ?bsd|bsd ?(2|two)( clause)?|(2|two) clause bsd": ("BSD-2-Clause",),
    r"bsd( style| like)?": FAMILIES["BSD"],
    r"mozilla public 2\.0 mpl 2\.0|mpl ?v?2(\.0)?|mozilla public (version )?2(\.0)?": ("MPL-2.0",),
    r"mpl|mozilla public": FAMILIES["MPL"],
    r"psf|psfl|psf 2(\.0)?|python software foundation": FAMILIES["PSF"],
    r"zpl|zope public": FAMILIES["ZPL"],
    r"zpl 2\.1|zope public 2\.1": ("ZPL-2.1",),
    r"artistic": FAMILIES["Artistic"],
    r"isc iscl": ("ISC",),
    r"unlicense unlicense": ("Unlicense",),
    r"zlib libpng": ("Zlib",),
    r"cc0 1\.0 universal cc0 1\.0 public domain dedication|cc0": ("CC0-1.0",),
    r"(other )?proprietary|commercial|all rights reserved": (PROPRIETARY,),
}
GNU = re.compile(
    r"(?i)(?:gnu )?(?:(?P<kind>affero|lesser|library(?: or lesser)?|[al](?=gpl)) ?)?"
    r"(?:general public|gpl)(?: \(?[al]?gpl\)?)? ?"
    r"(?:v(?:ersion)? ?)?(?P<version>[123](?:\.\d)?)?(?P<rest>.*)"
)


@dataclass(frozen=True)
class License:
    """A project's license.

    Attributes:
        expression: The SPDX expression. It starts with "LicenseRef-" if the license isn't on the
            SPDX list, and is "" if no license is found.
        problem: The reason why the project's owner must check the license, or "".
        is_guess: Whether the expression may be wrong.
    """

    expression: str
    problem: str = ""
    is_guess: bool = False

    @property
    def choice(self) -> str:
        """Return the template's choice, or "" if the template doesn't offer this license."""
        if self.expression in ("", PROPRIETARY):
            return "Proprietary"
        return self.expression if self.expression in license_choices() else ""


def find_license(project: Project) -> License:
    """Return a project's license.

    Expressions and clear names in the metadata, the settings, and the code have priority over the
    license texts. If several names differ, they are joined with AND as a guess. A text that matches
    an ambiguous name, such as "BSD", may differ from the license in a few words.
    """
    texts = {name: recognized(text) for name, text in license_texts(project).items()}
    if expression := project.wheel.metadata.get("license_expression"):
        return contradicted(expression, texts)
    stated = [possible for text in statements(project) if (possible := understood(text))]
    precise = list(dict.fromkeys(names[0] for names in stated if len(names) == 1))
    if len(precise) > 1:
        problem = (
            f"the metadata names {' and '.join(precise)}; decide whether to join them"
            " with AND or OR"
        )
        return License(" AND ".join(precise), problem, is_guess=True)
    if precise:
        return contradicted(precise[0], texts)
    known = list(dict.fromkeys(name for names in texts.values() for name in names))
    for possible in stated:
        if matching := [name for name in known if name in possible]:
            return chosen(matching, project)
        for name, text in license_texts(project).items():
            if (close := close_match(text)) in possible:
                return License(close, f"{name} differs from the text of {close} in a few words")
        if is_gnu(possible):
            return chosen(list(possible[:2]), project)
    if known:
        return chosen(known, project)
    if texts or stated_licenses(project.wheel):
        return License(reference(project), "neither its name nor its text identifies it")
    return License("")


def chosen(names: list[str], project: Project) -> License:
    """Return the license of a project whose license texts or names refer to these licenses.

    The text of a GNU license doesn't say whether later versions apply. Only notices in the code or
    the description do.
    """
    licenses = [name for name in names if not is_gnu((name,))]
    stems = {re.sub(r"-(?:only|or-later)\Z", "", name) for name in names if is_gnu((name,))}
    later = allows_later_versions(project)
    licenses += [f"{stem}-{'or-later' if later else 'only'}" for stem in sorted(stems)]
    problems = []
    if stems and later is None:
        problems.append("no file says whether later versions of the license apply")
    if len(licenses) > 1:
        joined = " and ".join(licenses)
        problems.append(
            f"the project contains the texts of {joined}; decide whether to join them"
            " with AND or OR"
        )
    for name, text in license_texts(project).items():
        contained = [each for each in licenses if each in recognized(text)]
        # In a file with several licenses, each would appear as an addition to the others.
        if len(contained) == 1 and (added := added_text(text, contained[0])):
            problems.append(f"{name} also says {added!r}")
    return License(" AND ".join(licenses), "; ".join(problems), is_guess=bool(problems))


def is_gnu(names: tuple[str, ...]) -> bool:
    """Return whether the licenses are GNU licenses, which exist with and without "or later"."""
    return all(re.match(r"[AL]?GPL-", name) for name in names)


def contradicted(expression: str, texts: dict[str, tuple[str, ...]]) -> License:
    """Return the stated license, with a problem if a text belongs to another license.

    Args:
        expression: The SPDX expression of the stated license.
        texts: The recognized licenses in each license file by path.
    """
    for name, known in texts.items():
        if known and not any(same_family(each, expression) for each in known):
            return License(
                expression, f"the metadata states {expression}, but {name} is {' and '.join(known)}"
            )
    return License(expression)


def same_family(name: str, expression: str) -> bool:
    """Return whether an expression contains a license or another license of its family."""
    family = FAMILIES["PSF"] if name in FAMILIES["PSF"] else (name,)
    if is_gnu((name,)):
        stem = name.removesuffix("-only").removesuffix("-or-later")
        family = (stem, f"{stem}+", f"{stem}-only", f"{stem}-or-later")
    return bool(set(re.split(r"[\s()]+", expression)) & set(family))


def reference(project: Project) -> str:
    """Return an SPDX expression for a license that isn't on the SPDX list."""
    stated = [text for text in stated_licenses(project.wheel) if "\n" not in text]
    name = re.sub(r"[^A-Za-z0-9]+", "-", stated[0] if stated else project.name).strip("-")
    return f"LicenseRef-{name[:40].strip('-')}"


def statements(project: Project) -> Iterator[str]:
    """Yield strings that may name the license, starting with the most reliable source."""
    yield from stated_licenses(project.wheel)
    settings = project.settings
    for table in (settings.get("project", {}), settings.get("tool", {}).get("poetry", {})):
        value: Any = table.get("license", "")
        yield str(value.get("text", "")) if isinstance(value, dict) else str(value)
    yield from setup_cfg(project, "license")
    yield from sorted(set(re.findall(r"SPDX-License-Identifier: *([\w.+ ()-]+)", code(project))))


def stated_licenses(wheel: Wheel) -> list[str]:
    """Return the license statements in the metadata, starting with the most reliable field."""
    metadata = wheel.metadata
    classified = [
        text.split(" :: ")[-1]
        for text in metadata.get("classifiers", [])
        if text.startswith("License :: ")
    ]
    stated = [metadata.get("license_expression", ""), metadata.get("license", ""), *classified]
    return [text.strip() for text in stated if text.strip() not in ("", "UNKNOWN")]


def setup_cfg(project: Project, *keys: str) -> list[str]:
    """Return the nonempty lines in the values of keys in the metadata section of setup.cfg."""
    parser = configparser.RawConfigParser()
    if project.folder is not None:
        with contextlib.suppress(configparser.Error, UnicodeDecodeError):
            parser.read(project.folder / "setup.cfg", encoding="utf-8")
    values = [parser.get("metadata", key, fallback="") for key in keys]
    return [line.strip() for value in values for line in value.splitlines() if line.strip()]


def code(project: Project) -> str:
    """Return the beginnings of the wheel's Python files, which may contain license notices."""
    files = [content for name, content in project.wheel.files.items() if name.endswith(".py")]
    return "\n".join(content[:3000].decode(errors="replace") for content in files)


def allows_later_versions(project: Project) -> bool | None:
    """Return whether the code or the description allows later versions, or None if unknown."""
    text = re.sub(r"[\s#*]+", " ", code(project) + project.wheel.metadata.get("description", ""))
    if re.search(r"(?i)any later version|or[- ]later", text):
        return True
    return False if re.search(r"(?i)general public license|GPL-\d\.\d-only", text) else None


def understood(text: str) -> tuple[str, ...]:
    """Return the licenses that a statement may mean, or an empty tuple if it isn't understood.

    >>> understood("GPLv3")
    ('GPL-3.0-only', 'GPL-3.0-or-later')
    """
    if "\n" in text.strip():
        return recognized(text)
    text = text.strip().removeprefix("SPDX-License-Identifier:").strip()
    with contextlib.suppress(InvalidLicenseExpression):
        expression = canonicalize_license_expression(text)
        if not re.search(r"[AL]?GPL-\d\.\d(?!-)", expression):
            return (expression,)
    name = re.sub(r"(?i)\b(?:the|licen[cs]ed?|under)\b|[,()\[\]\"'/-]", " ", text).lower()
    name = " ".join(name.split())
    for pattern, names in NAMES.items():
        if re.fullmatch(pattern, name):
            return names
    found = GNU.fullmatch(name)
    return gnu_licenses(found) if found else ()


def gnu_licenses(found: re.Match[str]) -> tuple[str, ...]:
    """Return the GNU licenses that a name may refer to.

    Args:
        found: The match of `GNU` for the name.
    """
    kind = {"a": "A", "l": "L"}.get((found["kind"] or "")[:1], "")
    versions = {"A": ["3.0"], "L": ["3.0", "2.1", "2.0"]}.get(kind, ["3.0", "2.0", "1.0"])
    if found["version"]:
        versions = [f"{found['version']}.0"[:3]]
    ends = ["only", "or-later"]
    if re.search(r"\+|later|newer|above", found["rest"]):
        ends = ["or-later"]
    elif "only" in found["rest"]:
        ends = ["only"]
    return tuple(f"{kind}GPL-{version}-{end}" for version in versions for end in ends)


def license_texts(project: Project) -> dict[str, str]:
    """Return the contents of each license file by path."""
    texts = {
        name: content.decode(errors="replace") for name, content in project.wheel.licenses.items()
    }
    for name in license_files(project):
        if project.folder is not None and (project.folder / name).is_file():
            texts[name] = (project.folder / name).read_text("utf-8", errors="replace")
    return texts


@functools.cache
def recognized(text: str) -> tuple[str, ...]:
    """Return the licenses on the SPDX list that a text contains, or an empty tuple.

    The template's license texts are checked first, because comparing words is cheap.
    https://spdx.github.io/spdx-spec/v3.0.1/annexes/license-matching-guidelines-and-templates/
    """
    for choice, words in template_texts().items():
        if words == normalized_words(text):
            return gnu_pair(choice)
    found, share = spdx_matcher.analyse_license_text(text, include_header_match=False)
    # A partial match is enough, because files may also name the owners or describe the project's
    # history.
    return tuple(sorted(found["licenses"])) if share > 0.75 else ()


@functools.cache
def close_match(text: str) -> str:
    """Return the template license that differs from a text in only a few words, or "".

    No difference may be longer than four words, because longer text could be a condition.
    """
    words = normalized_words(text)
    for choice, known in template_texts().items():
        matcher = difflib.SequenceMatcher(None, known, words, autojunk=False)
        if min(matcher.real_quick_ratio(), matcher.quick_ratio()) < 0.95 or matcher.ratio() < 0.95:
            continue
        blocks = (max(b - a, d - c) for tag, a, b, c, d in matcher.get_opcodes() if tag != "equal")
        if max(blocks, default=0) <= 4:
            return choice
    return ""


@functools.cache
def added_text(text: str, name: str) -> str:
    """Return the longest passage that a text adds to one of the template's licenses, or "".

    The passage could be an additional condition. Additions of fewer than ten words are ignored,
    because they are usually titles and owners.
    """
    words = normalized_words(text)
    known = next((known for each, known in template_texts().items() if name in gnu_pair(each)), [])
    if not known or name not in recognized(text):
        return ""
    matcher = difflib.SequenceMatcher(None, known, words, autojunk=False)
    codes = matcher.get_opcodes()
    added = max((words[c:d] for tag, a, b, c, d in codes if tag == "insert"), key=len, default=[])
    return " ".join(added) if len(added) >= 10 else ""


@functools.cache
def template_texts() -> dict[str, list[str]]:
    """Return the words of the template's license texts, except Proprietary, by license name."""
    folder = TEMPLATE / "template/licenses"
    choices = [choice for choice in license_choices() if choice != "Proprietary"]
    return {name: normalized_words((folder / f"{name}.txt").read_text("utf-8")) for name in choices}


def gnu_pair(name: str) -> tuple[str, ...]:
    """Return the license, preceded by its `-only` variant if its name ends with `-or-later`."""
    stem = name.removesuffix("-or-later")
    return (name,) if stem == name else (f"{stem}-only", name)


def normalized_words(text: str) -> list[str]:
    """Return the lowercase words of a license text, without the title and copyright notices."""
    lines = [
        line
        for line in text.lower().splitlines()
        if not re.match(r"\W*(?:copyright|\(c\)|all rights reserved|.{0,40}licen[cs]e\W*\Z)", line)
    ]
    return re.findall(r"\w+", re.sub(r"-\s*\n\s*", "", "\n".join(lines)))


def license_faults(project: Project) -> Iterator[Finding]:
    """Yield findings about a missing license and about a license that the owner must check."""
    found = find_license(project)
    if not found.expression:
        yield Finding(
            "The project has no license, so nobody may use it. The answer is Proprietary, which grants"
            " no rights. Choose another license if you can."
        )
    if found.problem:
        yield Finding(f"Check the license {found.expression}: {found.problem}.")


def license_not_offered(project: Project) -> Iterator[Finding]:
    """Yield a finding about a license that the template doesn't offer."""
    found = find_license(project)
    if not found.choice:
        text = "your license text" if license_texts(project) else "the missing LICENSE"
        yield Finding(
            f"The template doesn't offer the license {found.expression}, so it is written into"
            f" pyproject.toml. Copier records the default answer, {questions()['license']['default']}."
            f" An update keeps your expression and {text}, or marks a conflict."
        )


def license_targets(project: Project) -> dict[str, str]:
    """Return the new paths of the license files by old path.

    The main license file becomes LICENSE, and other license files keep their paths. If there are
    only files such as LICENSE-MIT and LICENSE-APACHE, none of them is the main file.
    """
    names = license_files(project)
    main = [name for name in names if PLAIN_NAME.fullmatch(name)][:1]
    if not main and len(named := [name for name in names if LICENSE.search(name)]) == 1:
        main = named
    others = {name: name for name in names if name not in main}
    return dict.fromkeys(main, "LICENSE") | others


def license_files(project: Project) -> list[str]:
    """Return the paths of the license files, starting with the main one.

    The files come from the wheel, the settings, and the project's root folder. If the folder is
    available, files that it doesn't contain are left out.
    """
    names = list(project.wheel.licenses)
    value = project.settings.get("project", {}).get("license", {})
    names += [value["file"]] if isinstance(value, dict) and "file" in value else []
    names += setup_cfg(project, "license_file", "license_files")
    if project.folder is not None:
        roles = find_roles(project.folder)
        names = [*(name for name in names if name in roles.files), *roles.licenses]
    return sorted(
        dict.fromkeys(names),
        key=lambda name: (not PLAIN_NAME.fullmatch(name), not LICENSE.search(name), name),
    )


def copyright_year(project: Project) -> str | None:
    """Return the year of the first copyright notice in the license files, or None."""
    for text in license_texts(project).values():
        found = re.search(r"(?i)copyright\D{0,20}((?:19|20)\d\d)\b", text)
        if found:
            return found[1]
    return None
