"""Check the requirement macros against the parser that installers use.

template/macros/requirement.jinja contains a grammar in regular expressions. The reference is the
packaging library.
"""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jinja2 import FileSystemLoader
from jinja2.sandbox import SandboxedEnvironment
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
REPRODUCIBLE = settings(derandomize=True, deadline=None, max_examples=300)
SECONDS = 0.5


def load_macro(name: str) -> Callable[[object], str]:
    """Return a macro as a function. Jinja is configured as in Copier."""
    environment = SandboxedEnvironment(
        loader=FileSystemLoader(ROOT),
        extensions=["jinja2_ansible_filters.AnsibleCoreFiltersExtension"],
    )
    template = environment.from_string(
        f"{{% from 'template/macros/requirement.jinja' import {name} %}}{{{{ {name}(text) }}}}"
    )
    return lambda text: template.render(text=text)


requirement_error = load_macro("requirement_error")
requirement_name = load_macro("requirement_name")


def is_valid(text: str) -> bool:
    """Return whether packaging accepts a requirement."""
    try:
        Requirement(text)
    except InvalidRequirement:
        return False
    return True


VALID = [
    # names
    "rich",
    "A",
    "Typing_Extensions",
    "foo-bar.quux_baz",
    "3to2",
    "  rich  ",
    # extras
    "rich[jupyter]",
    "uvicorn [standard, watch]>=0.30",
    "rich[]",
    "rich[ ]",
    "rich[a.b-c_d,E2]",
    # versions
    "rich>=13",
    "rich >= 13 , < 15",
    "rich>=13,<15,!=14.0.*",
    "rich==13.*",
    "rich!=13.7.*",
    "rich~=13.7",
    "rich~=13.7.1rc1",
    "rich==1!2.0",
    "rich==v1.0",
    "rich<=1!3.0.0.rc2",
    "rich==1.0-alpha",
    "rich>=1.0A1",
    "rich>=1.0_preview-2.post3.dev4",
    "rich>=1.0-1",
    "rich>=1.0.DEV0",
    "torch==2.4.0+cu121",
    "torch!=2.4.0+Ubuntu.1-2",
    "rich===legacy-1.0_x",
    "rich>=1,===2.0",
    "rich (>=13)",
    "rich(>=13,<15)",
    "rich( >= 13 , < 15 )",
    "rich()",
    "rich>=13,",
    # links
    "rich @ https://example.com/rich.zip",
    "rich@https://example.com/rich.zip",
    "rich[jupyter] @ git+https://github.com/Textualize/rich.git@v13.0#subdirectory=a",
    "rich @ git+ssh://git@github.com:Textualize/rich.git",
    "rich @ ssh://user:pass%20word@example.com/rich.zip",
    "rich @ file:///absolute/path",
    "rich @ https://example.com/rich;v=1.1/?query=foo&bar=baz#blah",
    "rich @ https://example.com/rich.zip ; python_version < '3.12'",
    "rich @ https://example.com/rich.zip#sha1=da9234ee9982d4bbb3c72346a6de940a148ea686",
    # markers
    "rich;python_version<'3.12'",
    'rich>=13 ; python_version < "3.12"',
    "rich; os_name=='a' and os_name=='b' or os_name=='c'",
    'rich[a]>=13; (os_name == "nt")',
    "rich; sys_platform != 'linux' and(os_name == 'linux' or python_version >= '3.3')",
    'rich; ((os_name == "nt" or os_name == "posix") and (python_version >= "3.9"))',
    "rich; 'linux' in sys_platform",
    "rich; 'linux' not in sys_platform",
    'rich; platform_version not  in "1 2 3"',
    'rich; python_full_version ~= "3.12.1"',
    'rich; platform_python_implementation === "CPython"',
    'rich; platform_machine == "arm64" and platform_release >= "5" and platform_system == "Linux"',
    'rich; implementation_name == "pypy" and implementation_version < "7"',
    "rich; os_name == '' or os_name == \"it's; (and) or @\"",
]

INVALID = [
    "",
    " ",
    "-rich",
    "rich-",
    ".rich",
    "rich!",
    "rich numpy",
    "rich, numpy",
    "rich 13",
    "==13",
    "./rich",
    "-e .",
    "https://example.com/rich.zip",
    "rich[",
    "rich[a",
    "rich[a b]",
    "rich[a,]",
    "rich[-a]",
    "rich[a][b]",
    "rich>>1",
    "rich>=",
    "rich=13",
    "rich=>13",
    "rich> =13",
    "rich^13",
    "rich~13",
    "rich~=13",
    "rich~=13rc1",
    "rich~=13.*",
    "rich>=1.*",
    "rich<1.*",
    "rich==1.*.1",
    "rich==1.0rc1.*",
    "rich==1.0.*+local",
    "rich==*",
    "rich>=1.0+local",
    "rich~=1.0+local",
    "rich==1.0+",
    "rich==1.0+a-",
    "rich==1..0",
    "rich==1.0.org1",
    "rich==latest",
    "rich>=1 <2",
    "rich>=1;<2",
    "rich,>=1",
    "rich>=1,,<2",
    "rich>=1,,",
    "rich===1, >=2",
    "rich(>=1",
    "rich>=1)",
    "rich(>=1)<2",
    "rich @",
    "rich @ https://example.com/rich.zip; os_name == 'nt'",
    "rich>=13 @ https://example.com/rich.zip",
    "rich @ https://example.com/rich.zip >=13",
    "rich;",
    "rich; os_name",
    "rich; os_name ==",
    "rich; os_name == nt",
    "rich; os_name = 'nt'",
    "rich; os_name => 'nt'",
    "rich; os_name == 'nt",
    "rich; os_name == 'nt\"",
    "rich; python_version < 3.12",
    "rich; python == '3'",
    "rich; os_namein 'nt'",
    "rich; 'a'inos_name",
    "rich; 'a' notin os_name",
    "rich; 'a' not os_name",
    "rich; (os_name == 'nt'",
    "rich; os_name == 'nt')",
    "rich; ()",
    "rich; os_name == 'nt' and",
    "rich; or os_name == 'nt'",
    "rich; os_name == 'nt' os_name == 'nt'",
    "rich; not os_name == 'nt'",
    "rich; 'a' == os_nameand os_name == 'b'",
    "rich; os_name == 'a' andos_name == 'b'",
    "rich; os_name == '\\'",
    'rich; os_name == "\\"',
    "rich; os_name == 'a' && os_name == 'b'",
    "rich; os_name == 'a'; os_name == 'b'",
]

VALID_YET_REFUSED = [
    "rich\t>=13",
    "rich_",
    "rich[a_]",
    "rich===",
    "rich===2.0,>=1",
    "rich===1.0#a",
    "rich @ ../rich",
    "rich @ file:.",
    "rich @ https://example.com/{root}",
    "rich @ https://example.com/rich.zip;python_version<'3.12'",
    "rich @ https://example.com/rich.zip;python_version=='3.12'",
    "rich @ https://example.com/rich.zip;extra=='a'",
    "rich; os.name == 'nt'",
    "rich; python_implementation == 'CPython'",
    "rich; 'a' in dependency_groups",
    "rich; os_name == '\\\\'",
    "rich; os_name == 'caf\u00e9'",
    "rich; 'a' == 'b'",
    "rich; os_name == sys_platform",
    "rich; " + "(" * 9 + "os_name == 'nt'" + ")" * 9,
    "a" * 1001,
]

CONTROL = [*map(chr, [*range(0x20), *range(0x7F, 0xA0)]), "\u2028", "\u2029", "\ufeff", "\ud800"]

HOSTILE = [
    "a" + " " * 900 + "!",
    "a-" * 499 + "!",
    "a>=" + "1." * 490 + "!",
    "a>=1" + "-1" * 490,
    "a==1+" + "a." * 490 + "!",
    "a" + ">=1," * 240 + "!",
    "a" + ">=1 , " * 160 + "!",
    "a[" + "b," * 490 + "!",
    "a;" + "(" * 900,
    "a;" + "\"'" * 490,
    "a;" + "'x' in " * 140,
    "a;os_name=='x'" + " " * 900 + "an",
    "a;" + "os_name=='x'or(" * 60,
    "a @ https://" + "x;" * 490 + " !",
]


@pytest.mark.parametrize("text", VALID)
def test_valid_requirement_is_accepted(text: str) -> None:
    """The macro accepts requirements that packaging accepts."""
    assert ("", True) == (requirement_error(text), is_valid(text))


@pytest.mark.parametrize("text", INVALID)
def test_invalid_requirement_is_rejected(text: str) -> None:
    """The macro rejects requirements that packaging rejects."""
    assert (True, False) == (bool(requirement_error(text)), is_valid(text))


@pytest.mark.parametrize("text", VALID_YET_REFUSED)
def test_unusual_requirement_is_rejected(text: str) -> None:
    """The macro rejects unusual requirements even though packaging accepts them."""
    assert (True, True) == (bool(requirement_error(text)), is_valid(text))


@pytest.mark.parametrize("value", [None, True, 13, 1.5, [], ["rich"], {"rich": "13"}, b"rich"])
def test_value_that_is_not_text_is_rejected(value: object) -> None:
    """Values other than text are rejected with a message that says so."""
    error = 'write it like "rich>=13"; a requirement must be nonempty text'
    assert error == requirement_error(value)


@pytest.mark.parametrize("pattern", ["{}rich", "rich{}", "rich >={}13", "rich; os_name == '{}'"])
def test_control_character_is_rejected(pattern: str) -> None:
    """The message about a control character or a line break doesn't contain the character."""
    error = 'use ASCII, as in "rich>=13"; a requirement is one line of ASCII characters'
    errors = {character: requirement_error(pattern.format(character)) for character in CONTROL}
    assert dict.fromkeys(CONTROL, error) == errors


@pytest.mark.parametrize(
    "marker",
    [
        "extra == 'test'",
        "'test' == extra",
        "os_name == 'nt' and extra == 'test'",
        "(os_name == 'nt' or (extra=='test'))",
        "'test' in extras",
    ],
)
def test_extra_in_marker_is_rejected(marker: str) -> None:
    """A marker with "extra" is rejected, and the message says where the requirement belongs."""
    error = 'move the requirement to extras; a marker can\'t use "extra"'
    assert error == requirement_error(f"rich; {marker}")


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("rich>>1", "write it like \"rich>=13\"; 'rich>>1' is not a requirement"),
        (">=13", "start it with a package name; '>=13' doesn't start with a name"),
        ("; os_name", "start it with a package name; '; os_name' doesn't start with a name"),
        (
            "rich @ rich.zip",
            "use \"rich @ https://host/rich.zip\"; 'rich @ rich.zip' has no URL",
        ),
        (
            "rich @ https://host/rich.zip; os_name == 'nt'",
            'put a space before ";"; a URL ends at the next space',
        ),
        ("rich^13", "use a range like \"rich>=13,<14\"; 'rich^13' has another tool's operator"),
        (
            "rich~=1!13",
            'use two numbers, as in "rich~=13.0"; \'rich~=1!13\' has one after "~="',
        ),
        (
            "rich>=13.*",
            'use ".*" only with "==" or "!="; \'rich>=13.*\' has a misplaced ".*"',
        ),
        ("rich=13", 'use "==", as in "rich==13.1"; \'rich=13\' has a single "="'),
        (
            "rich; os == 'nt'",
            "write it like os_name == \"nt\"; 'os' is neither a marker variable nor quoted",
        ),
        (
            "rich; python_version < 3",
            "write it like os_name == \"nt\"; 'python_version < 3' is not a marker",
        ),
        ("a" * 1001, f"shorten to 1000 characters; '{'a' * 57}...' is too long"),
    ],
)
def test_error_starts_with_the_remedy(text: str, error: str) -> None:
    """The message about a common mistake is specific and starts with the remedy."""
    assert error == requirement_error(text)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_rejected_quickly(text: str) -> None:
    """Text that could cause excessive backtracking is rejected in less than half a second."""
    start = time.perf_counter()
    error = requirement_error(text)
    seconds = time.perf_counter() - start
    assert (True, True) == (bool(error), seconds < SECONDS)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("rich", "rich"),
        ("Typing_Extensions>=4", "typing-extensions"),
        ("  Foo-_.Bar[x] >=1; os_name == 'nt'", "foo-bar"),
        ("zope.interface @ https://example.com/z.zip", "zope-interface"),
        ("rich>>1", ""),
        (None, ""),
    ],
)
def test_name_is_normalized(text: object, name: str) -> None:
    """The name of a requirement is normalized (PEP 503), or empty if the requirement is invalid."""
    assert name == requirement_name(text)


def joined(*parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Return a strategy that draws a string from each strategy and joins the strings."""
    return st.tuples(*parts).map("".join)


def one(*texts: str) -> st.SearchStrategy[str]:
    """Return a strategy that draws one of the strings."""
    return st.sampled_from(texts)


def optional(strategy: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Return a strategy that draws an empty string, or a string from the given strategy."""
    return st.just("") | strategy


def listed(strategy: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Return a strategy that draws one to three strings and separates them with commas."""
    return st.lists(strategy, min_size=1, max_size=3).flatmap(
        lambda texts: joined(SPACE, one(",", " , ", ", ").map(lambda comma: comma.join(texts)))
    )


def nested(markers: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Return a strategy for a marker in parentheses, or for two markers joined with an operator."""
    return joined(one("(", " ( "), markers, one(")", " ) ")) | joined(
        markers, one(" and ", " or ", "  or  "), markers
    )


SPACE = one("", " ", "  ")
NAME = one("rich", "A", "x9", "foo-bar.quux_baz", "Foo--Bar")
EXTRAS = joined(one("[", "[ "), optional(listed(NAME)), one("]", " ]"))
NUMBERS = joined(
    one("", "", "v", "1!", "V2!"),
    st.lists(st.integers(0, 99).map(str), min_size=2, max_size=4).map(".".join),
)
PRE = joined(
    one("", ".", "-", "_"),
    one("a", "b", "c", "rc", "RC", "alpha", "beta", "pre", "preview"),
    one("", "1", ".2", "-3", "_"),
)
POST = one("-1", ".post1", "post", "_rev.2", "-R-1")
DEV = one(".dev1", "dev", "-DEV_3")
VERSION = joined(NUMBERS, optional(PRE), optional(POST), optional(DEV))
CLAUSE = (
    joined(one("<", "<=", ">", ">=", "~=", "==", "!="), SPACE, VERSION)
    | joined(one("==", "!="), SPACE, NUMBERS, st.just(".*"))
    | joined(one("==", "!="), SPACE, VERSION, one("+cu121", "+1", "+Local.1-x"))
)
VERSIONS = (
    listed(CLAUSE)
    | joined(optional(joined(listed(CLAUSE), one(",", " , "))), one("===legacy", "=== 1.x"))
    | joined(listed(CLAUSE), one(",", " ,"))
)
BOXED = joined(st.just("("), optional(VERSIONS), SPACE, st.just(")"))
LINK = one(
    "https://example.com/rich.zip",
    "git+ssh://git@github.com:a/b.git@v1.0",
    "file:///absolute/path",
    "https://example.com/rich;v=1.1/?query=foo&bar=baz#blah",
)
VARIABLE = one(
    "python_version",
    "python_full_version",
    "os_name",
    "sys_platform",
    "platform_machine",
    "platform_python_implementation",
    "platform_release",
    "platform_system",
    "platform_version",
    "implementation_name",
    "implementation_version",
)
VALUE = one("'3.12'", '"linux"', "''", '"a and (b)"', "'\"'", '"it\'s; or"')
OPERATOR = joined(SPACE, one("==", "===", "!=", "~=", "<", "<=", ">", ">="), SPACE) | one(
    " in ", " not in ", "  not  in  "
)
COMPARISON = joined(VARIABLE, OPERATOR, VALUE) | joined(VALUE, OPERATOR, VARIABLE)
MARKER = joined(st.just(";"), SPACE, st.recursive(COMPARISON, nested, max_leaves=5), SPACE)
REQUIREMENT = joined(
    SPACE, NAME, SPACE, optional(EXTRAS), SPACE, optional(VERSIONS | BOXED), SPACE, optional(MARKER)
) | joined(
    NAME, optional(EXTRAS), SPACE, st.just("@"), SPACE, LINK, optional(joined(one(" "), MARKER))
)

FRAGMENTS = (
    "a b_ 0 1 1.0 . .. * .* - _ + ! v 1! a1 rc post r dev +l == === != ~= >= < = , [ ] ( ) ; @ :// "
    "os_name extra extras os.name ' \" '3' in not and or \\ # ? % ~ ^ \u00e9 \u017f \u0663 \u2713"
)
FRAGMENT = one("", "", " ", "\t", "\n", "\u00a0", *FRAGMENTS.split(" "))
EDITS = st.lists(st.tuples(st.integers(0, 99), st.integers(0, 3), FRAGMENT), min_size=1, max_size=3)
SCRAPS = st.lists(FRAGMENT, max_size=9).map("".join)
ANY_CLAUSE = joined(
    one("<", "<=", ">", ">=", "~=", "==", "!=", "===", "=", "~"),
    NUMBERS | one("1", "v1", "1!2", ""),
    *map(optional, (PRE, POST, DEV, one(".*", "+cu121", ".", "*"))),
)
ANY_MARKER = st.lists(
    one(" ", "os_name", "'a'", '"a"', "==", "in", "not", "and", "or", "(", ")", "<", "'", "\\"),
    max_size=8,
).map("".join)
ANYTHING = joined(
    NAME, SCRAPS | listed(ANY_CLAUSE), optional(joined(one(";os_name == 'a'", ";"), ANY_MARKER))
)


def edited(text: str, edits: list[tuple[int, int, str]]) -> str:
    """Return the text after replacing some of its characters.

    Args:
        text: The original text.
        edits: For each edit, the position from 0 (the start) to 99 (the end), the number of
            characters to remove, and the text to insert.
    """
    for place, length, fragment in edits:
        start = len(text) * place // 99
        text = text[:start] + fragment + text[start + length :]
    return text


@pytest.mark.slow
@REPRODUCIBLE
@given(REQUIREMENT)
def test_generated_requirement_is_accepted(text: str) -> None:
    """Generated requirements are accepted, and packaging finds the same normalized name."""
    assert ("", canonicalize_name(Requirement(text).name)) == (
        requirement_error(text),
        requirement_name(text),
    )


@pytest.mark.slow
@REPRODUCIBLE
@given(st.builds(edited, REQUIREMENT, EDITS) | ANYTHING)
@example("rich~=1.0po\u017ft1")
def test_accepted_text_is_valid(text: str) -> None:
    """If the macro accepts a modified or random requirement, packaging accepts it, too."""
    assert bool(requirement_error(text)) or is_valid(text)
