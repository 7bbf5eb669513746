"""Rejected answers, and the remedies and problems in their messages."""

from typing import Any

from harness.packagestan.answers import questions

# The question, the answer, the remedy, and the problem, in which "{}" stands for the answer.
REJECTED: list[tuple[str, Any, str, str]] = [
    ("project_name", "x" * 101, "shorten to 100 characters", "the answer has 101"),
    ("project_name", "", "enter a name such as My Project", "the answer is empty"),
    ("project_name", "two\nlines", "enter one plain line", "the answer has a control character"),
    ("project_name", "日本語", "add --data distribution_name=my-project", '"{}" has no ASCII form'),
    ("project_name", "...", "add --data distribution_name=my-project", '"{}" has no ASCII form'),
    ("project_name", " spaced", "remove the outer spaces", "the answer starts or ends with a space"),
    ("project_description", "x" * 513, "shorten to 512 characters", "the answer has 513"),
    ("project_description", "tab\there", "enter one plain line", "the answer has a control character"),
    ("user_name", "Ada <ada@example.com>", "put the email address in user_email", 'a name can\'t contain "<"'),
    ("user_name", "Ada  Lovelace", "use single spaces", "the answer has two spaces in a row"),
    ("user_email", "ada", "use a form like ada@example.com", '"{}" is not a valid email address'),
    ("user_email", "ada@localhost", "use a form like ada@example.com", '"{}" is not a valid email address'),
    ("user_email", "ada lovelace@example.com", "use a form like ada@example.com", '"{}" is not a valid email address'),
    ("user_email", "ada@example.com\n", "enter one plain line", "the answer has a control character"),
    ("github_user", "@ada", "use a name like octocat", '"{}" is not a valid account name'),
    ("github_user", "github.com/ada", "use a name like octocat", '"{}" is not a valid account name'),
    ("distribution_name", "my project", "use a name like my-project", '"{}" is not valid'),
    ("distribution_name", "", "use a name like my-project", '"" is not valid'),
    ("distribution_name", "-my", "use a name like my-project", '"{}" is not valid'),
    ("distribution_name", "my-project\n", "enter one plain line", "the answer has a control character"),
    ("distribution_name", "straße", "use a name like my-project", '"{}" is not valid'),
    ("distribution_name", "aıb", "use a name like my-project", '"{}" is not valid'),
    ("distribution_name", "My_Project", "use my-project", '"{}" is not normalized'),
    ("distribution_name", "rich", "use rich-project", 'the development tools depend on "{}"'),
    ("distribution_name", "click", "use click-project", 'the development tools depend on "{}"'),
    ("package_name", "my-project", "use a name like my_project", '"{}" is not valid'),
    ("package_name", "2048", "use a name like my_project", '"{}" is not valid'),
    ("package_name", "class", "use class_", 'Python or a tool already uses "{}"'),
    ("package_name", "json", "use json_", 'Python or a tool already uses "{}"'),
    ("package_name", "typer", "use typer_", 'Python or a tool already uses "{}"'),
    ("package_name", "aux", "use aux_", '"{}" is not a valid folder name on Windows'),
    ("repository_url", "example.com", "use the form https://host/path", '"{}" is not a valid URL'),
    ("repository_url", "ftp://example.com", "use the form https://host/path", '"{}" is not a valid URL'),
    ("repository_url", 'https://x.org/"a"', "use the form https://host/path", '"{}" is not a valid URL'),
    ("repository_url", "https://x.org/a b", "use the form https://host/path", '"{}" is not a valid URL'),
    ("repository_url", "https://x.org:65536/", "use a port up to 65535", "the URL has port 65536"),
    ("default_branch", "my branch", "use a name like main", '"{}" is not a valid branch name'),
    ("default_branch", "", "use a name like main", '"" is not a valid branch name'),
    ("default_branch", "-main", "use a name like main", '"{}" is not a valid branch name'),
    ("default_branch", "a..b", "use a name like main", '"{}" is not a valid branch name'),
    ("default_branch", "main.lock", "use a name like main", '"{}" is not a valid branch name'),
    ("keywords", "maps", "use a list like [maps, geography]", "the answer is not a list"),
    ("keywords", {"maps": 1}, "use a list like [maps, geography]", "the answer is not a list"),
    ("keywords", ["maps", 1], "use words like [maps, geography]", '"1" is not a keyword'),
    ("keywords", ["maps, geography"], "use words like [maps, geography]", '"maps, geography" is not a keyword'),
    ("keywords", ["x" * 51], "shorten to 50 characters", "the answer has 51 (in a keyword)"),
    ("keywords", [",", "x" * 51], "use words like [maps, geography]", '"," is not a keyword'),
    ("copyright_year", "year", "use a year like 2026", "the answer is not a year"),
    ("dependencies", ["rich>>1"], 'write it like "rich>=13"', "'rich>>1' is not a requirement"),
    ("dependencies", ["a", "b==", "c=="], 'write it like "rich>=13"', "'b==' is not a requirement"),
    ("dependencies", "rich", 'use a list like ["httpx>=0.27"]', "the answer is not a list"),
    ("dependencies", {"rich": ">=13"}, 'use a list like ["httpx>=0.27"]', "the answer is not a list"),
    ("dependencies", 5, 'use a list like ["httpx>=0.27"]', "the answer is not a list"),
    ("dependencies", [1], 'write it like "rich>=13"', "a requirement must be nonempty text"),
    ("dependencies", ["my-project"], 'remove "my-project"', "a project can't depend on itself"),
    ("extras", {"colors": ["rich>>1"]}, 'write it like "rich>=13"', '\'rich>>1\' is not a requirement (extra "colors")'),
    ("extras", {"a": [], "b": ["c="], "d": 1}, 'use "==", as in "rich==13.1"', """'c=' has a single "=" (extra "b")"""),
    ("extras", ["rich"], 'use a map like {yaml: ["pyyaml>=6"]}', "the answer is not a map"),
    ("extras", {"all": ["rich"]}, 'remove "all"', "the template adds this extra"),
    ("extras", {"ALL": ["rich"]}, 'remove "ALL"', "the template adds this extra"),
    ("extras", {"a": ["my-project"]}, 'remove "my-project"', 'a project can\'t depend on itself (extra "a")'),
    ("extras", {"fast_yaml": ["PyYAML"]}, "use fast-yaml", '"fast_yaml" is not normalized'),
    ("extras", {"fast yaml": ["PyYAML"]}, "use a name like fast-yaml", '"fast yaml" is not valid'),
    ("extras", {"ſet": ["PyYAML"]}, "use a name like fast-yaml", '"ſet" is not valid'),
    ("extras", {True: ["PyYAML"]}, "use a name like fast-yaml", '"True" is not valid'),
    ("extras", {"colors": "rich"}, 'use a list like ["httpx>=0.27"]', 'the answer is not a list (extra "colors")'),
    ("command_name", "my command", "use a name like my-project", '"{}" is not valid'),
    ("command_name", "../greet", "use a name like my-project", '"{}" is not valid'),
    ("command_name", "Aux.py", "use Aux-project", '"{}" is not a valid file name on Windows'),
    ("command_name", "python", "use python-project", '"{}" would hide another command'),
    ("gui_command_name", "a=b", "use a name like my-project", '"{}" is not valid'),
    ("index_url", "example.com", "use https without a password", '"{}" is not a valid upload URL'),
    ("index_url", "http://example.com/upload/", "use https without a password", '"{}" is not a valid upload URL'),
    ("index_url", "http://8.8.8.8/", "use https without a password", '"{}" is not a valid upload URL'),
    ("index_url", "https://ada:secret@example.com/", "use https without a password", '"{}" is not a valid upload URL'),
    ("index_url", "https://example.com/$HOME", "use https without a password", '"{}" is not a valid upload URL'),
    ("index_url", "https://x.org:65536/", "use a port up to 65535", "the URL has port 65536"),
    ("starters", "cli", "restore the answers file with git checkout", "the record of starter files is damaged"),
]  # fmt: skip

# The questions without choices that are answered with text or YAML.
FREE = [
    name
    for name, question in questions().items()
    if question["type"] in ("str", "yaml")
    and "choices" not in question
    and question.get("when") is not False
]


def first_rejected(name: str) -> tuple[Any, str]:
    """Return the first rejected answer to a question, and the remedy in its message."""
    return next((answer, remedy) for n, answer, remedy, _ in REJECTED if n == name)
