"""Check that validators accept exactly the described strings.

The descriptions follow the specifications. They use no regular expressions, so they don't repeat
mistakes in the template. Each check is fast, so the tests can try thousands of strings.
"""

import ipaddress
import itertools
import string
import sys
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2.exceptions import FilterArgumentError
from packaging.utils import InvalidName, canonicalize_name

from harness.artifacts.repository import git
from harness.packagestan.answers import QUESTIONNAIRE
from harness.packagestan.hostile_answers import FIRST
from harness.processes.commands import CommandError
from harness.rendering.copier_internals import Question, question_of
from harness.space.hostile_answers import Form

REPRODUCIBLE = settings(derandomize=True, deadline=None, max_examples=100, database=None)

ALNUM = string.ascii_letters + string.digits

# Replacements for a character: printable ASCII, a line break, and non-ASCII characters that a
# careless regular expression could accept.
OTHERS = [*map(chr, range(0x20, 0x7F)), "\n", "\u00a0", "é", "ſ", "\u212a", "٣", "。", "ａ"]


@cache
def form() -> Form:
    """Return answered questions for an app that publishes with a token."""
    return Form(QUESTIONNAIRE, FIRST | {"mode": "app", "publish": "token", "preset": "custom"})


def question(name: str, answer: Any, **others: Any) -> Question:
    """Return a question, given its answer and changes to other answers."""
    return question_of(form().worker, name, form().context | others | {name: answer})


def validated(name: str, answer: Any, **others: Any) -> str:
    """Return the message if a question's validator rejects an answer, or ""."""
    asked = question(name, answer, **others)
    try:
        asked.validate_answer(answer)
    except ValueError as error:
        return str(error).partition(": ")[2]
    return ""


def prompted(name: str, answer: Any, **others: Any) -> str:
    """Return the message if a question's `ask` rejects a given answer, or ""."""
    asked = question(name, answer, **others)
    try:
        asked.get_ask()
    except FilterArgumentError as error:
        return str(error).partition(": ")[2]
    return ""


def edits(text: str) -> Iterator[str]:
    """Yield a string, and its variants with one character inserted, replaced, or removed."""
    yield text
    for place in range(len(text) + 1):
        for other in OTHERS:
            yield text[:place] + other + text[place:]
            yield text[:place] + other + text[place + 1 :]
        yield text[:place] + text[place + 1 :]


def is_line(text: str) -> bool:
    """Return whether a string is one line without outer spaces. It may have control characters."""
    return text == text.strip() and "\n" not in text


def is_label(text: str) -> bool:
    """Return whether a string is a host name label (RFC 1123, 2.1)."""
    inner = set(text) <= {*ALNUM, "-"}
    return 1 <= len(text) <= 63 and inner and text[0] != "-" and text[-1] != "-"


def is_host(text: str, labels: int = 1) -> bool:
    """Return whether a string is a host name with a minimum number of labels."""
    return text.count(".") >= labels - 1 and all(map(is_label, text.split(".")))


def is_email(text: str) -> bool:
    """Return whether a string is a dot-atom, "@", and a host name with a dot (RFC 5322, 3.4.1)."""
    local, at, host = text.rpartition("@")
    atoms = set(ALNUM) | set("!#$%&'*+-/=?^_`{|}~")
    return at == "@" and all(a and set(a) <= atoms for a in local.split(".")) and is_host(host, 2)


def is_authority(text: str) -> bool:
    """Return whether a string is a host name with an optional port between 0 and 65535."""
    host, colon, port = text.partition(":")
    is_number = 1 <= len(port) <= 5 and set(port) <= set(string.digits)
    is_port = is_number and int(port) <= 65535
    return is_host(host) and (is_port if colon else True)


def is_url(text: str) -> bool:
    """Return whether a string is an HTTP URL with only characters from RFC 3986, 3.3 to 3.5."""
    scheme, slashes, rest = text.partition("://")
    before, hash_, fragment = rest.partition("#")
    authority, slash, path = before.partition("/")
    allowed = set(ALNUM + "-._~" + "!$&'()*+,;=" + ":@/?")
    for part in (path, fragment):
        first, *encoded = part.split("%")
        if any(len(e) < 2 or not set(e[:2]) <= set(string.hexdigits) for e in encoded):
            return False
        if not set("".join([first, *(e[2:] for e in encoded)])) <= allowed:
            return False
    return (
        is_line(text)
        and slashes == "://"
        and scheme in ("http", "https")
        and is_authority(authority)
        and bool(slash or not path)
        and bool(hash_ or not fragment)
    )


def is_index(text: str) -> bool:
    """Return whether a string is an https URL, or a local http URL, without special characters."""
    if set(text) & set("@?#%"):
        return False
    scheme, slashes, rest = text.partition("://")
    authority, _, path = rest.partition("/")
    is_local = authority.partition(":")[0] in ("localhost", "127.0.0.1")
    allowed = set(ALNUM + "-._+/")
    is_secure = scheme == "https" or (scheme == "http" and is_local)
    return slashes == "://" and is_secure and is_authority(authority) and set(path) <= allowed


def is_distribution(text: str) -> bool:
    """Return whether a string is a valid and normalized name according to packaging."""
    try:
        return canonicalize_name(text, validate=True) == text and "\n" not in text
    except InvalidName:
        return False


def is_package(text: str) -> bool:
    """Return whether a string is a lowercase ASCII identifier that starts with a letter."""
    is_lower = text.isascii() and text == text.lower()
    return text.isidentifier() and is_lower and text[0] != "_"


def is_command(text: str) -> bool:
    """Return whether a string contains only letters, digits, and, except at the ends, "._-"."""
    return set(text) <= set(ALNUM + "._-") and text[:1] in set(ALNUM) and text[-1:] in set(ALNUM)


def is_branch(text: str) -> bool:
    """Return whether a string is a valid branch name with only letters, digits, and "/._-"."""
    words = text.replace("/", ".").split(".")
    is_plain = all(word and set(word) <= set(ALNUM + "_-") for word in words)
    is_lock = any(part.endswith(".lock") for part in text.split("/"))
    return is_plain and text[0] != "-" and not is_lock


def is_account(text: str) -> bool:
    """Return whether a string is empty or has only letters, digits, "_", and "-".

    The first character must be a letter or digit.
    """
    return text == "" or (set(text) <= set(ALNUM + "_-") and text[0] in set(ALNUM))


def is_year(text: str) -> bool:
    """Return whether a string is a year from 1000 to 2999."""
    return text.isascii() and text.isdigit() and len(text) == 4 and 1000 <= int(text) <= 2999


def is_person(text: str) -> bool:
    """Return whether a string is one line without angle brackets or double spaces."""
    return is_line(text) and not set(text) & set("<>") and "  " not in text


# For each question, a function that returns whether a string is valid, and examples to vary.
DESCRIBED: list[tuple[str, Callable[[str], bool], list[str]]] = [
    ("project_description", is_line, ["", "a b"]),
    ("project_name", lambda text: text != "" and is_line(text), ["a b"]),
    ("user_name", is_person, ["", "A b"]),
    ("user_email", lambda text: text == "" or is_email(text), ["", "a.b+c@d.e-f"]),
    ("github_user", is_account, ["", "a-1_b"]),
    ("distribution_name", is_distribution, ["x", "a-1-b"]),
    ("package_name", is_package, ["x", "a_1b"]),
    ("command_name", is_command, ["x", "A.b_c-1"]),  # An app requires a command.
    ("gui_command_name", lambda text: text == "" or is_command(text), ["", "A.b_c-1"]),
    ("repository_url", lambda text: text == "" or is_url(text), ["http://a.b-c:8/d%2F?e#f"]),
    ("repository_url", lambda text: text == "" or is_url(text), ["", "https://a#b"]),
    ("index_url", lambda text: text == "" or is_index(text), ["", "https://a-b.c:8/d/e_.+-/"]),
    ("index_url", lambda text: text == "" or is_index(text), ["http://localhost:8/a"]),
    ("index_url", lambda text: text == "" or is_index(text), ["http://127.0.0.1:8/"]),
    ("default_branch", is_branch, ["a/b-c.d_1", "x.lock/y", "a.locks"]),
    ("copyright_year", is_year, ["2026", "1000", "2999"]),
]


@pytest.mark.parametrize(("name", "is_described", "examples"), DESCRIBED)
def test_validator_accepts_the_described_texts(
    name: str, is_described: Callable[[str], bool], examples: list[str]
) -> None:
    """Each variation of an example is accepted if, and only if, it fits the description."""
    texts = {text for example in examples for text in edits(example)}
    expected = {text for text in texts if is_described(text)}
    assert expected == {text for text in texts if not validated(name, text)}
    assert len(expected) > 5
    assert expected != texts


def is_text(character: str) -> bool:
    """Return whether a line may contain a character.

    Control characters, surrogates, and line and paragraph separators are not allowed. Characters
    that change the text direction (UAX #9, table 4), the byte order mark, U+FFFE, and U+FFFF also
    count as control characters.
    """
    is_mark = character in "\u061c\u200e\u200f\ufeff\ufffe\uffff"
    controls = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
    is_control = unicodedata.bidirectional(character) in controls or is_mark
    return unicodedata.category(character) not in ("Cc", "Cs", "Zl", "Zp") and not is_control


@pytest.mark.slow
def test_line_accepts_all_text() -> None:
    """The summary may contain every character that `is_text` accepts."""
    accepted = "".join(filter(is_text, map(chr, range(sys.maxunicode + 1))))
    for start in range(0, len(accepted), 510):
        assert "" == validated("project_description", f"a{accepted[start : start + 510]}a")


LINES = ["project_name", "project_description", "user_name", "github_user", "distribution_name"]
LINES += ["package_name", "command_name", "default_branch", "user_email", "repository_url"]
LINES += ["gui_command_name", "index_url"]


@pytest.mark.parametrize("name", LINES)
def test_line_rejects_each_control_character(name: str) -> None:
    """Control characters are rejected, and the message takes precedence over all others."""
    message = "enter one plain line; the answer has a control character"
    controls = [c for c in map(chr, range(0x10000)) if not is_text(c)]
    assert len(controls) > 2048
    controls = [c for c in controls if not "\ud801" < c < "\udffe"]  # Try only a few surrogates.
    rejected = {c for c in controls if message == validated(name, f"a{c}b")}
    assert set(controls) == rejected


# Each answer's maximum length, and an answer with a placeholder for padding.
LONGEST = {
    "project_name": (100, "a{}"),
    "project_description": (512, "a{}"),
    "user_name": (200, "a{}"),
    "user_email": (254, "a{}@example.com"),
    "github_user": (39, "a{}"),
    "distribution_name": (64, "a{}"),
    "package_name": (40, "a{}"),
    "command_name": (64, "a{}"),
    "gui_command_name": (64, "a{}"),
    "repository_url": (500, "https://example.com/{}"),
    "index_url": (200, "https://example.com/{}"),
    "default_branch": (100, "a{}"),
}


@pytest.mark.parametrize(("name", "longest", "text"), [(n, *rest) for n, rest in LONGEST.items()])
def test_length_has_a_limit(name: str, longest: int, text: str) -> None:
    """An answer with the maximum length is accepted, and a longer answer is rejected."""
    for length in (longest - 1, longest):
        assert "" == validated(name, text.format("x" * (length - len(text) + 2)))
    message = f"shorten to {longest} characters; the answer has {longest + 1}"
    assert message == validated(name, text.format("x" * (longest - len(text) + 3)))


@pytest.mark.parametrize("name", LONGEST)
@pytest.mark.parametrize("space", [" ", "\u00a0", "\u2003"])
def test_outer_spaces_are_rejected(name: str, space: str) -> None:
    """Spaces before or after an answer are rejected."""
    message = "remove the outer spaces; the answer starts or ends with a space"
    assert {message} == {validated(name, f"{space}a"), validated(name, f"a{space}")}


@pytest.mark.parametrize("name", ["user_email", "repository_url", "index_url"])
def test_host_labels_have_at_most_63_characters(name: str) -> None:
    """A label with 63 characters is accepted in any position, and a label with 64 is rejected."""
    form_ = "a@{}" if name == "user_email" else "https://{}/"
    for length, is_valid in ((63, True), (64, False)):
        label = "a" * length
        for host in (f"{label}.example", f"x.{label}", f"x.{label}.y"):
            assert is_valid == (not validated(name, form_.format(host))), host


@pytest.mark.parametrize("name", ["repository_url", "index_url"])
@pytest.mark.parametrize("scheme", ["https://example.com", "http://localhost"])
@pytest.mark.parametrize("end", ["", "/", "/a:1"])
def test_ports_have_16_bits(name: str, scheme: str, end: str) -> None:
    """Port 65535 is accepted, and the next port and the largest five-digit port are rejected."""
    end = end.replace(":", "" if name == "index_url" else ":")
    assert "" == validated(name, f"{scheme}:65535{end}")
    for port in (65536, 99999):
        message = f"use a port up to 65535; the URL has port {port}"
        assert message == validated(name, f"{scheme}:{port}{end}")


ADDRESSES = (
    st.ip_addresses(v=4)
    | st.ip_addresses(v=4, network="127.0.0.0/8")
    | st.ip_addresses(v=4, network="10.0.0.0/8")
    | st.ip_addresses(v=4, network="192.168.0.0/16")
).filter(lambda address: address != ipaddress.ip_address("127.0.0.1"))


def spellings(address: ipaddress.IPv4Address) -> list[str]:
    """Return several spellings of an IPv4 address.

    https://url.spec.whatwg.org/#concept-ipv4-parser
    """
    first, *parts = address.packed
    last = int.from_bytes(bytes(parts), "big")
    return [
        str(address),
        f"{int(address)}",
        f"{int(address):#x}",
        f"0{int(address):o}",
        f"{first}.{last}",
        ".".join(f"{part:#x}" for part in address.packed),
        f"[::ffff:{address}]",
    ]


@REPRODUCIBLE
@given(ADDRESSES, st.sampled_from(["", ":80", ":8080"]), st.sampled_from(["", "/", "/upload/"]))
def test_password_is_never_sent_unencrypted(
    address: ipaddress.IPv4Address, port: str, path: str
) -> None:
    """Upload URLs with http are rejected for every spelling of any address other than 127.0.0.1."""
    for host in spellings(address):
        assert validated("index_url", f"http://{host}{port}{path}"), host


@pytest.mark.parametrize(
    "address",
    [
        "http://[::1]/",
        "http://0/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f.0.0.1/",
        "http://127.0.0.1.example.com/",
        "http://localhost.example.com/",
        "http://localhost./",
        "http://example.localhost/",
        "http://localhost@example.com/",
        "http://127.0.0.1@example.com/",
        "http://example.com/localhost",
        "HTTP://localhost/",
        "http://LOCALHOST/",
        "http:localhost/",
        "https://ada@example.com/",
        "https://:secret@example.com/",
        "https://example.com./",
        "https://example..com/",
        "https://-example.com/",
        "https://[::1]/",
        "https:///upload/",
        "https://example.com:/",
        "https://example.com:100000/",
        "https://example.com:80:80/",
        "https://example.com?upload",
        "https://example.com/upload?token=1",
        "https://example.com/#upload",
        "https://example.com/../%2e/",
        "ftp://example.com/",
        "file:///index",
        "//example.com/",
    ],
)
def test_other_urls_are_not_upload_urls(address: str) -> None:
    """Insecure, ambiguous, and unusual URLs are rejected as upload URLs."""
    message = f'use https without a password; "{address}" is not a valid upload URL'
    assert message == validated("index_url", address)


@REPRODUCIBLE
@given(
    st.sampled_from(["http", "https"]),
    st.lists(st.sampled_from(["a", "b-1", "c--d", "0"]), min_size=1, max_size=4),
    st.none() | st.integers(0, 65535),
    st.lists(st.sampled_from(["a", "B-1", "~ada", "x.y", "%C3%BC", "a@b", "(c)", "k=v;l"])),
    st.sampled_from(["", "?a=b&c", "?x/y"]),
    st.sampled_from(["", "#", "#top", "#a/b?c"]),
)
def test_repository_url_keeps_its_parts(
    scheme: str, labels: list[str], port: int | None, path: list[str], query: str, fragment: str
) -> None:
    """A URL that consists of these parts is accepted, and Python finds its host and port."""
    authority = ".".join(labels) + (f":{port}" if port is not None else "")
    url = f"{scheme}://{authority}/{'/'.join(path)}{query}{fragment}"
    assert "" == validated("repository_url", url)
    assert (".".join(labels), port) == (urlsplit(url).hostname, urlsplit(url).port)


def test_every_accepted_branch_is_valid_for_git(tmp_path: Path) -> None:
    """A sample of the accepted names is valid for git, which also rejects the invalid names."""
    names = [text for text in edits("a/b.c-1") if not validated("default_branch", text)]
    for name in {text for text in names if text.isascii()} & set(names[::25]):
        git(tmp_path, "check-ref-format", "--branch", name)
    for name in ("a..b", "a.lock", "/a", "a/", "a//b", "-a", "a b", "a~b", "a^b", "a:b", ".a"):
        assert validated("default_branch", name)
        with pytest.raises(CommandError):
            git(tmp_path, "check-ref-format", "--branch", name)


def test_year_has_four_digits() -> None:
    """Only numbers from 1000 to 2999 are accepted as years."""
    expected = {str(year) for year in range(1000, 3000)}
    tried = {str(year) for year in range(4000)} | {f"{year:04}" for year in range(1000)}
    tried |= {str(year * 1000) for year in range(15)}
    assert expected == {text for text in tried if not validated("copyright_year", text)}


# YAML answers are checked twice: `ask` checks given answers so that the message names the question,
# and the validator checks typed answers.
PATHS = [validated, prompted]
each_path = pytest.mark.parametrize("check", PATHS, ids=["validator", "ask"])
KEYWORD: st.SearchStrategy[Any] = st.text(
    st.sampled_from("ab, \n\u202eé"), max_size=4
) | st.sampled_from([None, 1, True, [], {}, "a" * 50, "a" * 51])


@each_path
@REPRODUCIBLE
@given(keywords=st.lists(KEYWORD, max_size=4))
def test_keywords_are_lines_without_commas(check: Callable[..., str], keywords: list[Any]) -> None:
    """Keywords must be lines of 1 to 50 characters without commas or outer spaces."""
    is_valid = all(
        isinstance(word, str)
        and 0 < len(word) <= 50
        and word == word.strip()
        and not set(word) & set(",\n\u202e")
        for word in keywords
    )
    assert is_valid == (not check("keywords", keywords))


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        *itertools.product(["keywords", "dependencies"], ["a", 1, True, None, {}, {"a": 1}]),
        *itertools.product(["extras"], ["a", 1, True, None, [], ["rich"]]),
        *(("extras", {"a": wrong}) for wrong in ("rich", 1, True, None, {}, {"a": ["rich"]})),
    ],
)
@each_path
def test_other_types_are_rejected(check: Callable[..., str], name: str, wrong: Any) -> None:
    """Keywords and dependencies must be lists, and extras must be a map of lists."""
    if wrong == "a" and check is prompted:
        wrong = '"a"'
    kind = "map" if name == "extras" and not isinstance(wrong, dict) else "list"
    assert f"the answer is not a {kind}" in check(name, wrong)


# Spellings of the distribution name "my-project".
OWN_NAME = st.builds(
    lambda letters, separator: separator.join("".join(letters).split("-")),
    st.tuples(*(st.sampled_from([c, c.upper()]) for c in "my-project")),
    st.sampled_from(["-", "_", ".", "--", "-_."]),
)
REST = st.sampled_from(
    ["", "[a]", ">=1", " [a, b] >=1,<2", " (==1.*)", '; os_name == "nt"', " @ https://a.b/c.zip"]
)
OTHERS_NAMES = st.sampled_from(
    ["my", "project", "my-projects", "a-my-project", "myproject", "my-project-x", "my1project"]
)
BEFORE = st.lists(st.sampled_from(["rich", "idna>=3", "my-projects"]), max_size=3)


@pytest.mark.parametrize("place", ["dependencies", "extras"])
@each_path
@REPRODUCIBLE
@given(name=OWN_NAME, rest=REST, before=BEFORE, after=BEFORE)
def test_project_never_depends_on_itself(
    check: Callable[..., str], place: str, name: str, rest: str, before: list[str], after: list[str]
) -> None:
    """The project's name is rejected as a dependency in any spelling and position."""
    listed = [*before, name + rest, *after]
    answer = listed if place == "dependencies" else {"a": before, "b": listed}
    where = "" if place == "dependencies" else ' (extra "b")'
    message = f'remove "{name}{rest}"; a project can\'t depend on itself{where}'
    assert message == check(place, answer, distribution_name="my-project")


@pytest.mark.parametrize("place", ["dependencies", "extras"])
@each_path
@REPRODUCIBLE
@given(names=st.lists(OTHERS_NAMES, max_size=5), rest=REST)
def test_similar_names_are_dependencies(
    check: Callable[..., str], place: str, names: list[str], rest: str
) -> None:
    """Names that only resemble the project's name are accepted as dependencies."""
    listed = [name + rest for name in names]
    answer = listed if place == "dependencies" else {"a": listed, "b": listed, "c": []}
    assert "" == check(place, answer, distribution_name="my-project")


@pytest.mark.slow
@each_path
def test_extra_names_are_normalized(check: Callable[..., str]) -> None:
    """An extra's name is accepted if, and only if, packaging considers it normalized.

    "all" is reserved.
    """
    names = {name for example in ("a-1", "all") for name in edits(example)}
    expected = {name for name in names if is_distribution(name)} - {"all"}
    assert expected == {name for name in names if not check("extras", {"b": [], name: ["rich"]})}


@each_path
@REPRODUCIBLE
@given(
    extras=st.dictionaries(
        st.sampled_from(["a", "1", "b-c", "all-1", "allx", "x-all", "d-e-f"]),
        BEFORE,
        max_size=6,
    )
)
def test_any_number_of_extras_is_accepted(
    check: Callable[..., str], extras: dict[str, list[str]]
) -> None:
    """Any number of extras with normalized names and valid requirements is accepted."""
    assert "" == check("extras", extras)


@REPRODUCIBLE
@given(
    st.sampled_from(["greet", "a.b", "My-App", "x1"]),
    st.sampled_from([str.lower, str.upper, str.title, str.swapcase]),
)
def test_gui_command_differs_from_the_command(name: str, spelled: Callable[[str], str]) -> None:
    """The commands' names must differ in more than case. A suffix is sufficient."""
    other = spelled(name)
    message = f"use {other}-gui; both commands have the same name"
    assert message == validated("gui_command_name", other, command_name=name)
    assert "" == validated("gui_command_name", f"{other}-gui", command_name=name)


@pytest.mark.parametrize(
    ("starters", "is_valid"),
    [
        ({"sets": []}, True),
        ({"sets": ["cli", "command"], "package": "my_project"}, True),
        ({"sets": "cli"}, False),
        ({"sets": None}, False),
        ({}, False),
        ({"package": "my_project"}, False),
        ([], False),
        ("", False),
    ],
)
def test_recorded_starter_files_are_a_map_with_a_list(starters: Any, is_valid: bool) -> None:
    """The recorded starter files must be a map in which `sets` is a list."""
    assert is_valid == (not validated("starters", starters))
