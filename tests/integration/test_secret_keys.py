"""One secret key replaces another: suppressions and seals stay good."""

import base64
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, select
from typer.testing import CliRunner

from digest.audience.hashing import KeyedHasher, begin_anew, use_keys
from digest.audience.lists.importing import ListImport
from digest.audience.suppressing import suppress
from digest.bootstrap import App, opened
from digest.cli.parts.nouns import app as command_line
from digest.environment import load
from digest.errors import DigestError, SettingsError
from digest.installing import keys_of
from digest.model.people.person import PersonKeys
from digest.model.roles import Role
from digest.model.secret_keys import SecretKeys, key_id
from digest.model.webhooks import WebhookKind
from digest.settings import Settings
from digest.staff import entrance
from digest.staff.second_step import SecondStep, TotpProof
from digest.store.base.engine import writing
from digest.store.base.tables import account, secret_key, suppression, webhook_endpoint
from digest.store.staff import accounts, secret_keys
from tests.builders import EIGHT
from tests.lists import ANN, CY, HASHER, HASHER_SECRET, HEAD, imported
from tests.postgres import programs
from tests.stored import a_stored_campaign

BEFORE, NOW = "b" * 32, "n" * 32
RFC_SECRET = base64.b32encode(b"12345678901234567890").decode()
RFC_CODES = {59: "287082", 1111111109: "081804"}


def with_keys(engine: Engine, folder: Path, newest: str, *earlier: str) -> App:
    keys = SecretKeys(newest, earlier)
    use_keys(engine, keys, EIGHT)
    return without_use(engine, folder, keys)


def without_use(engine: Engine, folder: Path, keys: SecretKeys) -> App:
    settings = Settings(data_dir=folder)
    newest, earlier = keys.newest, keys.earlier
    return App(settings, engine, lambda: EIGHT, newest, earlier_secrets=earlier)


def taken_in(program: App, folder: Path, *lines: str) -> list[str]:
    """Import these rows; return why some were refused."""
    path = folder / "list.csv"
    path.write_text("\n".join([HEAD, *lines]))
    report = ListImport(program.engine, "lantern", program.hasher).run(path, EIGHT)
    return [problem.wrong for problem in report.not_brought_back]


def test_who_was_suppressed_under_an_earlier_key_stays_so_when_that_is_gone(
    engine: Engine, tmp_path: Path
) -> None:
    a_stored_campaign(engine)
    old = with_keys(engine, tmp_path, BEFORE)
    with old.writing() as connection:
        suppress(connection, old.hasher, "ann@example.org", "asked us to stop", EIGHT)
        phone = old.hasher.hashed(PersonKeys(phone="cy example|441632960155"))
    both = with_keys(engine, tmp_path, NOW, BEFORE)
    assert taken_in(both, tmp_path, ANN, CY) == ["is suppressed (asked us to stop)"]
    with both.writing() as connection:
        assert secret_keys.seal_anew(connection, both.keys, EIGHT) == 1
        assert secret_keys.seal_anew(connection, both.keys, EIGHT) == 0

    alone = with_keys(engine, tmp_path, NOW)
    assert taken_in(alone, tmp_path, ANN) == ["is suppressed (asked us to stop)"]
    again = PersonKeys(phone="cy example|441632960155")
    assert alone.hasher.hashed(again) == phone
    assert NOW not in _stored_key(engine)
    assert BEFORE not in _stored_key(engine)


def test_hashes_of_before_they_had_a_key_of_their_own_are_known_by_any_key_held(
    engine: Engine, tmp_path: Path
) -> None:
    a_stored_campaign(engine)
    imported(engine, ANN)
    both = with_keys(engine, tmp_path, NOW, "e" * 32, HASHER_SECRET)

    assert both.hasher.of_address("x@example.org") == HASHER.of_address("x@example.org")


def test_hashes_alone_are_taken_to_be_of_the_earliest_key_held(
    engine: Engine, tmp_path: Path
) -> None:
    with writing(engine) as connection:
        suppress(connection, HASHER, "ann@example.org", "asked us to stop", EIGHT)
    both = with_keys(engine, tmp_path, NOW, HASHER_SECRET)

    assert both.hasher.of_address("x@example.org") == HASHER.of_address("x@example.org")


def test_a_new_database_hashes_with_what_no_secret_key_tells(
    engine: Engine, tmp_path: Path
) -> None:
    program = with_keys(engine, tmp_path, NOW)
    ours = program.hasher.of_address("ann@example.org")

    assert ours != KeyedHasher(NOW).of_address("ann@example.org")
    again = with_keys(engine, tmp_path, NOW)
    assert again.hasher.of_address("ann@example.org") == ours


def test_a_database_is_not_opened_without_the_key_its_suppressions_need(
    tmp_path: Path, program: App
) -> None:
    with program.writing() as connection:
        suppress(connection, program.hasher, "a@example.org", "asked", EIGHT)
    newest = Settings(data_dir=tmp_path, secret_key=SecretStr(NOW))
    with opened(newest) as digest:
        assert digest.keys.ids[0] == key_id(NOW)  # the one of practice is in its file
        assert digest.keys.every[1:] == (program.secret,)
    (tmp_path / "secret-key").unlink()

    with pytest.raises(SettingsError, match="DIGEST_SECRET_KEY_FALLBACKS"):
        opened(newest).__enter__()

    named = Settings(
        data_dir=tmp_path,
        secret_key=SecretStr(NOW),
        secret_key_fallbacks=SecretStr(program.secret),
    )
    with opened(named) as digest, digest.writing() as connection:
        secret_keys.seal_anew(connection, digest.keys, EIGHT)
    with opened(newest) as digest:
        assert digest.keys.earlier == ()


def test_where_nobody_is_suppressed_another_key_hashes_everybody_anew(
    engine: Engine, tmp_path: Path
) -> None:
    a_stored_campaign(engine)
    first = with_keys(engine, tmp_path, BEFORE)
    assert taken_in(first, tmp_path, ANN, CY) == []

    other = with_keys(engine, tmp_path, NOW)
    assert taken_in(other, tmp_path, ANN.replace(",,,,", ",01632 960156,,,")) == []
    with other.writing() as connection:
        suppress(connection, other.hasher, "ann@example.org", "asked", EIGHT)
        assert connection.scalar(select(suppression.c.target_hash)) == (
            other.hasher.of_address("ann@example.org")
        )


def test_whose_key_is_lost_keep_their_suppressions_if_they_are_held(
    engine: Engine, tmp_path: Path
) -> None:
    a_stored_campaign(engine)
    old = with_keys(engine, tmp_path, BEFORE)
    assert taken_in(old, tmp_path, ANN, CY) == []
    with old.writing() as connection:
        for who in ("Ann Example", "Cy Example", "gone@example.org"):
            suppress(connection, old.hasher, who, "asked us to stop", EIGHT)
    new = without_use(engine, tmp_path, SecretKeys(NOW))
    with pytest.raises(SettingsError, match=key_id(BEFORE)):
        _ = new.hasher

    with new.writing() as connection:
        anew = begin_anew(connection, new.keys, EIGHT)
    assert (anew.people, anew.suppressions, anew.lost) == (2, 2, 1)
    targets = new.hasher.hashed(PersonKeys(email="ann@example.org")).targets()
    with new.reading() as connection:
        stored = set(connection.scalars(select(suppression.c.target_hash)))
    assert {*targets.values()} <= stored
    assert old.hasher.of_address("ann@example.org") not in stored


OLD_KEYS, BOTH_KEYS = SecretKeys(BEFORE), SecretKeys(NOW, (BEFORE,))
SET_UP_AT, LATER = (EIGHT.fromtimestamp(at, EIGHT.tzinfo) for at in RFC_CODES)


def sealed_by_before(program: App) -> tuple[int, list[str], str]:
    """Have a second step, codes on paper and a webhook be of the earlier key."""
    with program.writing() as connection:
        entrance.ask_in(connection, "ann@example.org", "Ann", Role.EDITOR, EIGHT)
        ann = accounts.by_email(connection, "ann@example.org").id
        secret_keys.note_used(connection, OLD_KEYS.ids, EIGHT)
        step = SecondStep(OLD_KEYS)
        proof = TotpProof(RFC_SECRET, RFC_CODES[59])
        assert step.set_up(connection, ann, proof, SET_UP_AT)
        codes = step.new_recovery_codes(connection, ann, EIGHT)
    before = App(program.settings, program.engine, program.clock, BEFORE)
    webhook_secret = before.webhooks.create(
        "CRM", "https://example.org/in", tuple(WebhookKind), EIGHT
    )
    return ann, codes, webhook_secret


def test_codes_on_paper_are_good_as_long_as_their_key_is_held(program: App) -> None:
    ann, codes, _ = sealed_by_before(program)
    with program.writing() as connection:
        assert SecondStep(BOTH_KEYS).take(connection, ann, codes[0], EIGHT)
        assert not SecondStep(BOTH_KEYS).take(connection, ann, codes[0], EIGHT)
        assert not SecondStep(SecretKeys(NOW)).take(connection, ann, codes[1], EIGHT)
        [_, earlier, *_] = secret_keys.uses(connection, BOTH_KEYS)
        assert earlier.recovery_codes == 9


def test_seals_of_an_earlier_key_are_opened_and_sealed_with_the_newest(
    program: App,
) -> None:
    ann, _, webhook_secret = sealed_by_before(program)
    with program.writing() as connection:
        [newest, earlier, *_] = secret_keys.uses(connection, BOTH_KEYS)
        assert (newest.sealed, earlier.second_steps, earlier.webhooks) == (0, 1, 1)

        # A rotation that is cut off half-way leaves everything as it was.
        cut_off = connection.begin_nested()
        assert secret_keys.seal_anew(connection, BOTH_KEYS, EIGHT) == 2
        cut_off.rollback()
        assert secret_keys.uses(connection, BOTH_KEYS)[1].sealed == 2

        assert secret_keys.seal_anew(connection, BOTH_KEYS, EIGHT) == 2
        [newest, earlier, *_] = secret_keys.uses(connection, BOTH_KEYS)
        assert (newest.second_steps, newest.webhooks, earlier.sealed) == (1, 1, 0)
        step = SecondStep(SecretKeys(NOW))
        assert step.take(connection, ann, RFC_CODES[1111111109], LATER)
        assert RFC_SECRET not in str(connection.scalar(select(account.c.totp_secret)))
        sealed = str(connection.scalar(select(webhook_endpoint.c.secret)))
    after = App(program.settings, program.engine, program.clock, NOW)
    assert after.webhooks.secrets.opened(sealed) == webhook_secret
    before = App(program.settings, program.engine, program.clock, BEFORE)
    with pytest.raises(DigestError, match="DIGEST_SECRET_KEY_FALLBACKS"):
        before.webhooks.secrets.opened(sealed)


def test_a_rotation_is_said_and_done_on_the_command_line(
    tmp_path: Path, program: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = program.secret
    with program.writing() as connection:
        suppress(connection, program.hasher, "a@example.org", "asked", EIGHT)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DIGEST_DATA_DIR", str(tmp_path))
    (tmp_path / "secret-key").unlink()
    monkeypatch.setenv("DIGEST_SECRET_KEY", NOW)
    assert "which is not held" in output_of("secret-key", "rotate", fails=True)
    assert "which all suppressions need" in output_of("check", fails=True)

    monkeypatch.setenv("DIGEST_SECRET_KEY_FALLBACKS", old)
    [newest, earlier, *_] = json.loads(output_of("secret-key", "list", "--json"))
    assert (newest["key_id"], earlier["key_id"]) == (key_id(NOW), key_id(old))
    assert earlier["hashes"]
    words = f"earlier {key_id(old)}: needed by all suppressions"
    assert words in output_of("check")
    assert "sealed with the newest key: 1" in output_of("secret-key", "rotate")
    assert f"earlier {key_id(old)}: needed by nothing" in output_of("check")
    assert old not in output_of("secret-key", "list")

    monkeypatch.delenv("DIGEST_SECRET_KEY_FALLBACKS")
    assert f"not held {key_id(old)}: needed by nothing" in output_of("check")
    assert "no key is lost" in output_of("secret-key", "lost")
    assert len(output_of("secret-key", "new").split()[0]) >= 32


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_rotation_that_is_killed_at_any_step_leaves_all_of_one_key(
    database: str,
) -> None:
    if database == "postgresql" and programs() is None:
        pytest.skip("no PostgreSQL on this machine: apt-get install postgresql")
    # A process of its own: the one that runs the tests has threads, and it forks.
    run = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "tests.kills.rotation", "--databases", database],
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 0, run.stdout + run.stderr
    assert re.fullmatch(
        rf"{database}: \d\d steps; as after 1, as before \d\d\n", run.stdout
    )


def test_who_lost_a_key_looks_first_and_then_goes_on_without_it(
    tmp_path: Path, program: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    with program.writing() as connection:
        suppress(connection, program.hasher, "a@example.org", "asked", EIGHT)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DIGEST_DATA_DIR", str(tmp_path))
    (tmp_path / "secret-key").write_text(NOW)

    assert "good no more: 1" in output_of("secret-key", "lost", "--dry-run")
    assert "which is not held" in output_of("secret-key", "rotate", fails=True)
    unasked = output_of("secret-key", "lost", fails=True)
    assert "good no more: 1" in unasked
    assert "nothing was changed: to go on without the key, say" in unasked
    assert "which is not held" in output_of("secret-key", "rotate", fails=True)
    assert "good no more: 1" in output_of("secret-key", "lost", "--yes")
    assert "nothing is sealed" in output_of("secret-key", "rotate")


@pytest.mark.parametrize(
    ("value", "keys"),
    [
        (f"{BEFORE},{'c' * 32}", (BEFORE, "c" * 32)),
        (f" {BEFORE} , ", (BEFORE,)),
        (f"{BEFORE}\n{'with, a comma':x<32}\n", (BEFORE, f"{'with, a comma':x<32}")),
    ],
)
def test_earlier_keys_stand_with_commas_or_one_a_line(
    tmp_path: Path, value: str, keys: tuple[str, ...]
) -> None:
    path = tmp_path / "keys"
    path.write_text(value)
    environment = {
        "DIGEST_SECRET_KEY": NOW,
        "DIGEST_SECRET_KEY_FALLBACKS_FILE": str(path),
        "DIGEST_DATA_DIR": str(tmp_path),
    }
    assert keys_of(load(environment, tmp_path / "none")) == SecretKeys(NOW, keys)


def test_half_a_key_is_refused_by_name_and_not_webhook_secret(tmp_path: Path) -> None:
    environment = {"DIGEST_SECRET_KEY_FALLBACKS": f"{BEFORE}, half"}
    with pytest.raises(SettingsError) as refused:
        load(environment, tmp_path / "none")
    assert "DIGEST_SECRET_KEY_FALLBACKS must be whole keys" in str(refused.value)
    assert "half" not in str(refused.value)


def output_of(*words: str, fails: bool = False) -> str:
    """Return what a command says, its error last."""
    result = CliRunner().invoke(command_line, [*words])
    assert bool(result.exit_code) is fails, result.output
    return f"{result.output}{result.exception or ''}"


def _stored_key(engine: Engine) -> str:
    with engine.connect() as connection:
        return str(connection.execute(select(secret_key)).all())
