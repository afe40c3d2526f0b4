"""The project's own files: what they promise is there, and nothing that must not be."""

import re
import resource
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from digest.settings import PREFIX, Settings

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("tests/*/*.md")]
)
LOCKS = sorted(ROOT.glob("requirements*.txt"))
SETTINGS = {f"{PREFIX}{field.upper()}" for field in Settings.model_fields}
LINK = re.compile(r"\[[^\]]*\]\((?!https?:)([^)#]*)(?:#[^)]*)?\)")
SETTING = re.compile(rf"\b{PREFIX}[A-Z_]+[A-Z]\b")


def text_of(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def test_the_readme_is_short() -> None:
    assert len(text_of("README.md").splitlines()) <= 150


def test_the_readme_tells_a_newcomer_what_ci_runs() -> None:
    runs = re.findall(r"^make .+$", text_of(".ci/run"), re.MULTILINE)

    assert runs
    for line in runs:
        assert line in text_of("README.md")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_between_pages_leads_somewhere(page: Path) -> None:
    links = LINK.findall(page.read_text(encoding="utf-8"))

    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_documentation_names_each_of_its_pages_for_somebody() -> None:
    docs = ROOT / "docs"
    named = {docs / link for link in LINK.findall(text_of("docs/README.md"))}
    parts = [page for page in docs.rglob("*.md") if "decisions" not in page.parts]

    assert named
    assert {*parts} - named == {docs / "README.md"}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_pins_every_package_and_holds_no_address(lock: Path) -> None:
    lines = [line.partition("#")[0].strip() for line in lock.read_text().splitlines()]
    pins = [line for line in lines if line]

    assert pins
    assert [pin for pin in pins if not re.fullmatch(r"[\w.-]+==[\w.+!-]+", pin)] == []
    assert "://" not in lock.read_text()


def test_the_locks_agree_with_one_another() -> None:
    pinned: dict[str, set[str]] = {}
    for lock in LOCKS:
        for name, version in re.findall(r"^([\w.-]+)==(\S+)", lock.read_text(), re.M):
            pinned.setdefault(name, set()).add(version)

    assert {
        name: versions for name, versions in pinned.items() if len(versions) > 1
    } == {}


@pytest.mark.parametrize("path", ["docs/reference/settings.md", ".env.example"])
def test_every_setting_is_described_and_no_other(path: str) -> None:
    described = set(SETTING.findall(text_of(path)))

    assert {name.removesuffix("_FILE") for name in described} - {"DIGEST_X"} == SETTINGS


@pytest.fixture(scope="module")
def compose() -> Any:
    return yaml.safe_load(text_of("docker-compose.yml"))


def test_the_compose_file_has_its_services(compose: Any) -> None:
    wanted = {"web", "worker", "timetable", "postgres", "mail"}

    assert wanted <= set(compose["services"])
    for name, service in compose["services"].items():
        assert {"image", "build"} & set(service), name


def test_the_compose_file_opens_ports_to_this_machine_alone(compose: Any) -> None:
    services = compose["services"].values()
    ports = [port for service in services for port in service.get("ports", [])]

    assert ports
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []


def test_the_compose_file_names_only_what_it_defines(compose: Any) -> None:
    for service in compose["services"].values():
        assert set(service.get("depends_on", {})) <= set(compose["services"])
        assert set(service.get("secrets", [])) <= set(compose["secrets"])
        for volume in service.get("volumes", []):
            assert volume.partition(":")[0] in compose["volumes"]


def test_the_compose_file_uses_settings_that_exist(compose: Any) -> None:
    used = {
        name.removesuffix("_FILE")
        for service in compose["services"].values()
        for name in service.get("environment", {})
        if name.startswith(PREFIX)
    }

    assert used
    assert used <= SETTINGS


def test_a_setting_in_env_reaches_the_containers_or_means_the_machine(
    compose: Any,
) -> None:
    environment = compose["services"]["worker"]["environment"]
    passed = {name.removesuffix("_FILE") for name in environment}

    # Places in the image, and a listener whose port nothing opens.
    assert {name.removeprefix(PREFIX) for name in SETTINGS - passed} == {
        "DATA_DIR",
        "TEMPLATES_DIR",
        "MAIL_LISTEN",
        "MAIL_LISTEN_CERTIFICATE",
        "MAIL_LISTEN_KEY",
    }


def test_the_secrets_are_made_once_and_fit_together(tmp_path: Path) -> None:
    script = ROOT / "docs" / "make_secrets.sh"
    run = ["sh", str(script)]
    subprocess.run(run, cwd=tmp_path, check=True, capture_output=True)  # noqa: S603 - our own script
    first = {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}
    subprocess.run(run, cwd=tmp_path, check=True, capture_output=True)  # noqa: S603 - our own script

    assert len(first["secret_key"]) >= 32
    assert f":{first['postgres_password']}@postgres/" in first["database_url"]
    assert first == {
        path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()
    }


def test_real_lists_and_secrets_are_kept_out_of_version_control() -> None:
    paths = ["subscribers/people.csv", "secrets/secret_key", ".env", "var/digest.db"]
    tracked = ["subscribers/README.md", "subscribers/sample.csv", ".env.example"]
    command = ["git", "check-ignore", "--no-index", *paths, *tracked]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)  # noqa: S603 - fixed words

    assert answer.stdout.decode().split() == paths


def test_help_answers_quickly() -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "digest", "--help"]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - fixed words
    after = resource.getrusage(resource.RUSAGE_CHILDREN)

    assert "digest" in answer.stdout
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert spent < 0.4


def test_the_wheel_holds_what_the_program_reads(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d"]
    subprocess.run([*build, tmp_path], cwd=ROOT, check=True, capture_output=True)  # noqa: S603 - fixed words
    [wheel] = tmp_path.glob("*.whl")
    files = set(zipfile.ZipFile(wheel).namelist())
    templates = {
        f"digest/{path.relative_to(ROOT)}"
        for path in (ROOT / "templates").rglob("*")
        if path.is_file()
    }
    content = {
        str(path.relative_to(ROOT / "src"))
        for path in (ROOT / "src/digest").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    assert templates | content | {"digest/sample/readers.csv"} <= files
