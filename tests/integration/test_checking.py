"""What `digest check` tries before a send needs it."""

from pathlib import Path

from pydantic import SecretStr

from digest.cli.service.checking import Check, run_checks
from digest.settings import Settings
from tests.fakes.mail_server import mail_server


def test_a_mail_server_that_answers_is_asked_and_left(tmp_path: Path) -> None:
    with mail_server() as server:
        check = mail_server_check(tmp_path, server.url)

    assert check.is_good
    assert (server.connections, server.messages) == (1, [])
    assert check.words.endswith("answers; practice mode")


def test_a_mail_server_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    check = mail_server_check(tmp_path, "smtp://127.0.0.1:9?tls=none")

    assert not check.is_good
    assert "127.0.0.1:9" in check.words


def test_what_live_needs_is_a_fault_in_live_mode_alone(tmp_path: Path) -> None:
    practice = Settings(data_dir=tmp_path)
    live = practice.model_copy(update={"live": True})
    [before], [after] = [
        [part for part in run_checks(settings) if part.name == "live: base address"]
        for settings in (practice, live)
    ]

    assert before.is_good
    assert before.words.startswith("before golive: ")
    assert not after.is_good
    assert "DIGEST_BASE_URL" in after.words


def mail_server_check(folder: Path, url: str) -> Check:
    settings = Settings(data_dir=folder, smtp_url=SecretStr(url))
    [check] = [part for part in run_checks(settings) if part.name == "mail server"]
    return check
