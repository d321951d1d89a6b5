"""The house's own rules where no linter has them: sizes, complete lists, and nothing of any one machine."""

import ast
import re
import tomllib
import types
import typing
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel

from bot.metrics import Metrics
from commands import COMMANDS
from commands.config import Config
from commands.words import with_table

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
README = (ROOT / "README.md").read_text()
SHIPPED = ("aws_ops", "notifiers", "commands", "bot")
LOCKS = ("runtime", "dev")
NOT_OURS = {".git", ".venv", "__pycache__", "build", "dist", "node_modules", "test-results"}


def files(top: Path = ROOT) -> Iterator[Path]:
    """Every file of the checkout but what is installed, built or cached."""
    for path in sorted(top.iterdir()):
        if path.name in NOT_OURS or path.name.endswith(("_cache", ".egg-info")) or path.name == ".hypothesis":
            continue
        if path.is_dir():
            yield from files(path)
        else:
            yield path


def modules() -> list[Path]:
    """Every Python file outside the tests."""
    return [path for path in files() if path.suffix == ".py" and ROOT / "tests" not in path.parents]


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Each function of a file, `file:line name`, and how many lines it has."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{name(path)}:{node.lineno} {node.name}", (node.end_lineno or node.lineno) - node.lineno + 1


def test_no_file_is_longer_than_300_lines() -> None:
    long = {name(path): count for path in modules() if (count := len(path.read_text().splitlines())) > 300}
    assert not long


def test_no_function_is_longer_than_40_lines() -> None:
    long = {where: count for path in modules() for where, count in functions(path) if count > 40}
    assert not long


def test_a_module_begins_with_one_sentence() -> None:
    def says(path: Path) -> bool:
        first, _, rest = (ast.get_docstring(ast.parse(path.read_text())) or "").partition("\n\n")
        return first.endswith((".", ":")) if rest else first.endswith(".")

    silent = [name(path) for path in modules() if path.read_text().strip() and not says(path)]
    assert not silent


# Written in pieces, so that this file does not have what it looks for.
HOSTS = (
    "|".join(host.replace(" ", r"\.") for host in ("pypi org", "pythonhosted org", "registry npmjs org"))
    + r"|/(?:simple)\b"
)
OPTIONS = "|".join("--" + option for option in ("index-url", "extra-index-url", "find-links", "trusted-host"))
PATHS = r"(?<![\w.-])/(?:" + "|".join(("home", "root", "work", "Users", "farm", "opt", "tmp/[a-z]+")) + r")/"
OF_A_MACHINE = re.compile(f"{PATHS}|{HOSTS}|{OPTIONS}")
TEXT = {".py", ".toml", ".lock", ".md", ".yml", ".yaml", ".json", ".html", ".css", ".js", ".svg", ".txt", ".ovpn", ""}


def test_nothing_names_a_package_host_or_a_path_of_a_machine() -> None:
    found = {
        f"{name(path)}:{number}": line.strip()[:120]
        for path in files()
        if path.suffix in TEXT
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if OF_A_MACHINE.search(line)
    }
    assert not found


@pytest.mark.parametrize(
    "text",
    ["/ho" + "me/mika/x", "see /ro" + "ot/x", "--find" + "-links x", "https://py" + "pi.org/x", "x/si" + "mple/"],
)
def test_the_check_above_sees(text: str) -> None:
    assert OF_A_MACHINE.search(text)


@pytest.mark.parametrize("text", ["/app/bot", "tests/work/x", "https://docs.example.com/root", "--no-emit-index-url"])
def test_the_check_above_lets_pass(text: str) -> None:
    assert not OF_A_MACHINE.search(text)


def pins(lock: str) -> dict[str, set[str]]:
    """The versions of each package in a lock file (two where Pythons need different ones)."""
    versions: dict[str, set[str]] = {}
    for package, version in re.findall(r"^([\w.-]+)==(\S+)", (ROOT / f"requirements/{lock}.lock").read_text(), re.M):
        versions.setdefault(package, set()).add(version)
    return versions


LOCK_LINE = re.compile(r"[a-z0-9.-]+==[\w.]+( ; [^\\]+)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?|    # .+")


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_has_names_versions_and_hashes_only(lock: str) -> None:
    lines = (ROOT / f"requirements/{lock}.lock").read_text().splitlines()
    assert [line for line in lines if not LOCK_LINE.fullmatch(line)] == []


def test_the_locks_have_what_the_project_asks_for_and_agree() -> None:
    runtime, dev = pins("runtime"), pins("dev")
    asked = {re.split(r"[\[<>=]", requirement)[0] for requirement in PROJECT["project"]["dependencies"]}
    assert asked <= runtime.keys()
    assert {package: dev.get(package) for package in runtime} == runtime


def test_only_what_is_asked_for_ships() -> None:
    assert not pins("runtime").keys() & {"moto", "pytest", "aws-durable-execution-sdk-python-testing"}


def test_the_packages_are_listed() -> None:
    there = {
        ".".join(path.parent.relative_to(ROOT).parts)
        for package in SHIPPED
        for path in (ROOT / package).rglob("__init__.py")
    }
    assert set(PROJECT["tool"]["setuptools"]["packages"]) == there


def test_the_image_holds_what_ships() -> None:
    copied = re.findall(r"^COPY (\w+) (\w+)$", (ROOT / "Dockerfile").read_text(), re.M)
    assert copied == [(package, package) for package in SHIPPED]


def settings() -> set[str]:
    """The environment variables that the bot and the Lambda functions read."""
    found: set[str] = set()
    for path in ("bot/settings.py", "aws_ops/lambdas/env.py"):
        tree = ast.parse((ROOT / path).read_text())
        texts = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
        found |= {text for text in texts if isinstance(text, str) and SETTING.fullmatch(text)}
    return found


SETTING = re.compile(r"(SLACK|TEAMS|DESKSIDE|AWS|ADMIN)_[A-Z_]+|HOST|PORT")


def test_the_readme_has_every_setting() -> None:
    assert "DESKSIDE_TABLE" in settings()
    rows = set(re.findall(r"^\| `([A-Z_]+)`", README, re.M))
    assert settings() - rows == set()


def test_the_readme_has_no_setting_that_there_is_not() -> None:
    rows = set(re.findall(r"^\| `([A-Z_]+)`", README, re.M))
    assert rows - settings() == set()


def example() -> str:
    """The configuration file that the README shows."""
    fences: list[str] = re.findall(r"```yaml\n(.*?)```", README, re.S)
    return next(fence for fence in fences if "admin_place" in fence)


def test_the_readmes_configuration_is_good() -> None:
    assert Config.parse(example()).vpn.endpoints


def test_the_readmes_configuration_has_every_key() -> None:
    assert list(missing(Config, yaml.safe_load(example()))) == []


def missing(model: type[BaseModel], given: Mapping[str, Any], path: str = "") -> Iterator[str]:
    """The keys of a configuration's model, and of the models in it, that `given` does not have."""
    for key, field in model.model_fields.items():
        if key not in given:
            yield f"{path}{key}"
            continue
        for inner in inner_models(field.annotation):
            for value in instances(given[key]):
                if any(name in value for name in inner.model_fields):
                    yield from missing(inner, value, f"{path}{key}.")


def inner_models(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models that a type is made of."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif typing.get_origin(annotation) is not None or isinstance(annotation, types.UnionType):
        for part in typing.get_args(annotation):
            yield from inner_models(part)


def instances(value: Any) -> Iterator[Mapping[str, Any]]:
    """The mappings in a value: itself, its items, or the values under its free names."""
    if isinstance(value, list):
        for item in value:
            yield from instances(item)
    elif isinstance(value, dict):
        yield value
        yield from (inner for inner in value.values() if isinstance(inner, dict))


def test_the_readme_has_the_words() -> None:
    assert with_table(README, COMMANDS) == README, "make manifest writes the table again"


def test_the_readme_has_every_metric() -> None:
    collected = Metrics().registry.collect()
    metrics = {f"{metric.name}_total" if metric.type == "counter" else metric.name for metric in collected}
    assert metrics ^ set(re.findall(r"^\| `(deskside_\w+)`", README, re.M)) == set()


def test_every_make_target_of_the_readme_is_there() -> None:
    targets = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), re.M))
    documents = [README, (ROOT / "CONTRIBUTING.md").read_text()]
    assert {target for text in documents for target in re.findall(r"`make ([a-z0-9-]+)", text)} <= targets


def test_every_link_of_the_documents_leads_somewhere() -> None:
    documents = [path for path in files() if path.suffix == ".md"]
    dead = {
        f"{name(path)}: {target}"
        for path in documents
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", path.read_text())
        if "://" not in target and not target.startswith("mailto:") and not (path.parent / target).exists()
    }
    assert not dead
