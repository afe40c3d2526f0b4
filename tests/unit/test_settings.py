"""Settings: by name or by file; what is wrong is named with what to do."""

from pathlib import Path

import pytest

from digest.errors import SettingsError
from digest.settings import Settings, as_understood, load

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
        pytest.param({"DIGEST_LIVE": "perhaps"}, "DIGEST_LIVE", id="not yes or no"),
        pytest.param({"DIGEST_TIMEZONE": "Mars"}, "Europe/London", id="no such zone"),
        pytest.param({"DIGEST_SMTP_CONNECTIONS": "0"}, "CONNECTIONS", id="too few"),
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
    "DIGEST_SECRET_KEY": KEY,
}


def test_a_server_and_a_key_of_32_characters_are_enough_to_be_live() -> None:
    assert load(LIVE, NOWHERE).mode == "live"


def test_a_server_alone_makes_nobody_live() -> None:
    assert load(LIVE | {"DIGEST_LIVE": "no"}, NOWHERE).mode == "practice"


def test_a_key_of_31_characters_is_too_short() -> None:
    with pytest.raises(SettingsError, match="32 characters or more"):
        load({"DIGEST_SECRET_KEY": KEY[1:]}, NOWHERE)


def test_settings_do_not_change_once_read() -> None:
    assert Settings.model_config["frozen"] is True
