"""Settings: by name or by file; what is wrong is named with what to do."""

from pathlib import Path

import pytest

from digest.environment import load, parsed
from digest.errors import SettingsError
from digest.settings import Settings, as_understood

NOWHERE = Path("there-is-no-such-file")
KEY = "k" * 32


def test_nothing_set_is_practice_mode_on_sqlite() -> None:
    settings = load({}, NOWHERE)

    assert settings.mode == "practice"
    assert settings.database == "sqlite:///var/digest.db"


def test_a_setting_may_stand_in_a_file_of_its_own(tmp_path: Path) -> None:
    secret = tmp_path / "key"
    secret.write_text(f"{KEY}\n")

    settings = load({"DIGEST_SECRET_KEY_FILE": str(secret)}, NOWHERE)

    assert settings.secret_key is not None
    assert settings.secret_key.get_secret_value() == KEY


def test_the_environment_goes_before_the_env_file(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("DIGEST_TIMEZONE=Europe/Lisbon\nDIGEST_SMTP_CONNECTIONS=3\n")

    settings = load({"DIGEST_TIMEZONE": "Europe/Paris"}, file)

    assert settings.timezone == "Europe/Paris"
    assert settings.smtp_connections == 3


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("SMTP_URL=smtp://host", "SMTP_URL is not read; write DIGEST_SMTP_URL,"),
        ("DIGSET_LIVE=yes", "DIGSET_LIVE is not read; write DIGEST_LIVE,"),
        ("digest_live=yes", "digest_live is not read; write DIGEST_LIVE,"),
        ("DIGEST-RATE=1/s", "DIGEST-RATE is not read; write DIGEST_RATE,"),
        ("SECRET_KEY_FILE=key", "write DIGEST_SECRET_KEY_FILE,"),
        ("\n\nDIGEST_LIVE yes", "line 4 is not understood; write NAME=value"),
        ("DIGEST_LIVE", "line 2 is not understood; write NAME=value"),
    ],
)
def test_a_line_of_the_env_file_that_is_nearly_ours_is_not_passed_over(
    tmp_path: Path, line: str, words: str
) -> None:
    file = tmp_path / ".env"
    file.write_text(f"POSTGRES_PASSWORD=x\n{line}\n")
    with pytest.raises(SettingsError, match=words):
        load({}, file)


def test_an_env_file_may_hold_what_others_read_and_begin_with_a_mark(
    tmp_path: Path,
) -> None:
    file = tmp_path / ".env"
    words = "DIGEST_RATE='1/s'\nexport DIGEST_LIVE=no\nCOMPOSE_PROJECT_NAME=x\nTZ=UTC\n"
    file.write_text(words, encoding="utf-8-sig")
    assert str(load({}, file).rate[0]) == "1/s"


def test_secrets_are_starred_when_shown() -> None:
    settings = load(
        {"DIGEST_SECRET_KEY": KEY, "DIGEST_SMTP_URL": "smtp://u:hunter2@h"}, NOWHERE
    )

    assert "hunter2" not in repr(settings) + str(as_understood(settings))
    assert KEY not in repr(settings) + str(as_understood(settings))
    assert as_understood(settings)["DIGEST_SMTP_URL"] == "**********"


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        pytest.param({"DIGEST_LIV": "no"}, "did you mean DIGEST_LIVE", id="misspelt"),
        pytest.param({"DIGEST_LIVE": "perhaps"}, "must be yes or no", id="not yes"),
        pytest.param({"DIGEST_TIMEZONE": "Mars"}, "Europe/London", id="no such zone"),
        pytest.param(
            {"DIGEST_ALLOW": "a@example.org, you at example.org"},
            "DIGEST_ALLOW has something that is neither",
            id="allows no address",
        ),
        pytest.param(
            {"DIGEST_ALLOW": "example.net"},
            "neither an email address",
            id="bare domain",
        ),
        pytest.param(
            {"DIGEST_SMTP_CONNECTIONS": "0"}, "must be 1 or more", id="too few"
        ),
        pytest.param({"DIGEST_SMTP_CONNECTIONS": "x"}, "a whole number", id="words"),
        pytest.param({"DIGEST_BASE_URL": "example.org"}, "http", id="no web address"),
        pytest.param({"DIGEST_TEMPLATES_DIR": "/none"}, "not a folder", id="no folder"),
        pytest.param({"DIGEST_SECRET_KEY": "short"}, "32 characters", id="short key"),
        pytest.param({"DIGEST_SECRET_KEY_FILE": "/none"}, "cannot be read", id="file"),
        pytest.param({"DIGEST_LIVE": "yes"}, "DIGEST_SMTP_URL", id="live, no server"),
        pytest.param(
            {"DIGEST_LIVE": "yes", "DIGEST_SMTP_URL": "smtp://mail.example.org"},
            "DIGEST_SECRET_KEY",
            id="live, no key",
        ),
    ],
)
def test_a_wrong_setting_is_named_with_what_to_do(
    environment: dict[str, str], words: str
) -> None:
    with pytest.raises(SettingsError) as refusal:
        load(environment, NOWHERE)

    assert words in str(refusal.value)
    assert "\n" not in str(refusal.value)


LIVE = {
    "DIGEST_LIVE": "yes",
    "DIGEST_SMTP_URL": "smtp://mail.example.org",
    "DIGEST_BASE_URL": "https://news.example.org",
    "DIGEST_SECRET_KEY": KEY,
}


def test_a_server_a_key_of_32_characters_and_an_address_are_enough_to_be_live() -> None:
    assert load(LIVE, NOWHERE).mode == "live"


@pytest.mark.parametrize(
    "server",
    [
        "smtps://mail.example.org",
        "smtp://localhost:25",
        "smtp://127.0.0.1:2525?tls=none",
        "smtp://[::1]:25?tls=opportunistic",
    ],
)
def test_mail_may_leave_live_where_nobody_reads_along(server: str) -> None:
    assert load(LIVE | {"DIGEST_SMTP_URL": server}, NOWHERE).mode == "live"


@pytest.mark.parametrize(
    "server",
    [
        "smtp://mail.example.org?tls=none",
        "smtp://mail.example.org?tls=opportunistic",
        "smtp://192.168.1.9?tls=none",
        "smtps://mail.example.org, smtp://spare.example.org?tls=none",
    ],
)
def test_mail_does_not_leave_live_where_others_read_along(server: str) -> None:
    with pytest.raises(SettingsError, match="tls=required in DIGEST_SMTP_URL"):
        load(LIVE | {"DIGEST_SMTP_URL": server}, NOWHERE)


@pytest.mark.parametrize(
    "address",
    [
        "http://news.example.org",
        "https://localhost",
        "https://news.localhost",
        "https://127.0.0.1",
        "https://127.1",
        "https://2130706433",
        "https://0x7f.0.0.1",
        "https://[::1]",
        "https://[::ffff:10.0.0.1]",
        "https://10.1.2.3",
        "https://172.16.0.1",
        "https://192.168.1.10:8443",
        "https://169.254.1.1",
        "https://100.64.0.1",
        "https://[fe80::1]",
        "https://[fd00::1]",
        "https://intranet",
        "https://office.local",
        "https://nas.lan",
        "https://digest.home.arpa",
        "https://desk.internal.",
        "https://",
        "https://[",
    ],
)
def test_links_in_live_mail_lead_somewhere_for_everybody(address: str) -> None:
    with pytest.raises(SettingsError, match="DIGEST_BASE_URL, as https://news"):
        load(LIVE | {"DIGEST_BASE_URL": address}, NOWHERE)


def test_everything_that_live_lacks_is_told_at_once() -> None:
    with pytest.raises(SettingsError) as refusal:
        load({"DIGEST_LIVE": "yes"}, NOWHERE)

    for name in ("DIGEST_BASE_URL", "DIGEST_SECRET_KEY", "DIGEST_SMTP_URL"):
        assert name in str(refusal.value)


def test_what_live_lacks_stops_nobody_in_practice() -> None:
    assert load({}, NOWHERE).lacking
    assert parsed({"DIGEST_LIVE": "yes"}, NOWHERE).lacking


def test_a_server_alone_makes_nobody_live() -> None:
    assert load(LIVE | {"DIGEST_LIVE": "no"}, NOWHERE).mode == "practice"


def test_a_key_of_31_characters_is_too_short() -> None:
    with pytest.raises(SettingsError, match="32 characters or more"):
        load({"DIGEST_SECRET_KEY": KEY[1:]}, NOWHERE)


def test_settings_do_not_change_once_read() -> None:
    assert Settings.model_config["frozen"] is True
