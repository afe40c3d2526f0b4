"""The serialised message: headers, parts and readers' values, read back."""

import re
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from email import policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parseaddr
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.errors import RenderError
from digest.model.editions.compiled_message import CompiledMessage, Recipient
from digest.model.editions.mime import cleaned
from digest.model.formats import PLAIN
from digest.render.email.compile import SAMPLE_READER, compile_email
from digest.render.options import RenderOptions
from tests.builders import a_campaign, a_post, a_variant, an_event

LOOK = RenderOptions(datetime(2026, 7, 6, 15, 0, tzinfo=UTC))
HOSTILE = [
    pytest.param('"><script>alert(1)</script>', id="markup"),
    pytest.param("Ann\r\nBcc: victim@example.org", id="a header after a line break"),
    pytest.param("Ann\nBcc: victim@example.org\n\nbody", id="a body after a line feed"),
    pytest.param("=?utf-8?q?evil=0D=0ABcc:=20x=40y.z?=", id="an encoded word"),
    pytest.param("N" * 300, id="300 letters"),
    pytest.param("ñ" * 300, id="300 letters with accents"),
    pytest.param("Ann " * 75, id="300 letters in words"),
    pytest.param("عائشة مثال من المدينة القديمة", id="Arabic"),
    pytest.param("אן דוגמה", id="Hebrew"),
    pytest.param("👩🏽‍🦽 Ann 🏮", id="emoji"),
    pytest.param("\u202eevil\x00\x1b[2J", id="controls"),
    pytest.param(".\r\n.\r\nQUIT", id="dots"),
    pytest.param("{{ 7*7 }}{% raw %}", id="template marks"),
    pytest.param("=\r\n=3D=0A", id="soft breaks"),
]
HEADERS = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Reply-To",
    "List-Id",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "Auto-Submitted",
    "Feedback-ID",
    "Content-Language",
    "MIME-Version",
    "Content-Type",
]


def a_reader(name: str = "Ann Example") -> Recipient:
    """Return a reader of that name."""
    return replace(SAMPLE_READER, name=name)


def read(message: bytes) -> EmailMessage:
    """Return the message as the newer standard parser understands it."""
    return BytesParser(policy=policy.default).parsebytes(message)


def body(message: EmailMessage, kind: str) -> str:
    """Return the text of one part."""
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def check_lines(message: bytes) -> None:
    """Assert what holds for the bytes of every message."""
    head, _, rest = message.partition(b"\r\n\r\n")
    assert message.isascii()
    assert b"\0" not in message
    assert not re.search(rb"\r(?!\n)|(?<!\r)\n", message)
    assert max(map(len, head.split(b"\r\n"))) <= 998
    assert max(map(len, rest.split(b"\r\n"))) <= 76
    assert not any(line.startswith(b".") for line in message.split(b"\r\n"))


@pytest.fixture(scope="module")
def compiled() -> CompiledMessage:
    """Return one ordinary message; compiling is what costs."""
    return compile_email(a_variant(a_post(), an_event()), LOOK)


def test_every_header_is_there_once_and_says_what_the_standards_ask(
    compiled: CompiledMessage,
) -> None:
    message = compiled.merge(a_reader())
    head = message.partition(b"\r\n\r\n")[0].decode("ascii")
    email = read(message)

    assert [name for name, _ in email.items()] == HEADERS
    assert email["From"] == "Lantern Week <digest@example.org>"
    assert email["To"] == "Ann Example <ann@example.org>"
    assert email["Subject"] == "The kettle is always on, and 1 more event"
    assert email["Date"] == "Mon, 06 Jul 2026 16:00:00 +0100"
    assert email["Message-ID"] == "<sample@example.org>"
    assert email["Reply-To"] == "team@example.org"
    assert email["List-Id"] == "Lantern Week <lantern-week.example.org>"
    assert email["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert email["Auto-Submitted"] == "auto-generated"
    assert email["Feedback-ID"] == "k7qf2mxa:lantern-week:edition:digest"
    assert email["Content-Language"] == "en-GB"
    assert (
        "\r\nList-Unsubscribe: <https://example.org/u/sample>, "
        "<mailto:leave@example.org>\r\n"
    ) in head


def test_the_longest_way_out_stays_whole_on_one_line(compiled: CompiledMessage) -> None:
    url = "https://example.org/u/" + "t" * 480
    mailto = "mailto:leave+" + "t" * 330 + "@example.org"
    message = compiled.merge(replace(a_reader(), leave_url=url, leave_mailto=mailto))

    assert f"\r\nList-Unsubscribe: <{url}>, <{mailto}>\r\n".encode() in message
    check_lines(message)


def test_the_plainest_part_comes_first(compiled: CompiledMessage) -> None:
    email = read(compiled.merge(a_reader()))

    assert email.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in email.iter_parts()] == [
        "text/plain",
        "text/html",
    ]
    assert not email.defects


def test_readers_of_plain_text_get_no_html() -> None:
    email = read(compile_email(a_variant(format=PLAIN), LOOK).merge(a_reader("Bo")))

    assert email.get_content_type() == "text/plain"
    assert "Dear Bo,\n" in body(email, "plain")


def test_the_same_input_gives_the_same_bytes(compiled: CompiledMessage) -> None:
    again = compile_email(a_variant(a_post(), an_event()), LOOK)

    assert again == compiled
    assert again.merge(a_reader()) == compiled.merge(a_reader())


def test_a_stored_message_merges_the_same(compiled: CompiledMessage) -> None:
    stored = CompiledMessage.from_bytes(compiled.to_bytes())

    assert stored.merge(a_reader()) == compiled.merge(a_reader())


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_reader_name_is_only_ever_a_name(
    compiled: CompiledMessage, name: str
) -> None:
    message = compiled.merge(a_reader(name))
    email = read(message)
    old = BytesParser(policy=policy.compat32).parsebytes(message)
    display_name, address = parseaddr(old["To"].replace("\r\n", ""))

    check_lines(message)
    assert email.keys() == old.keys() == HEADERS
    assert address == "ann@example.org"
    assert str(make_header(decode_header(display_name))) == cleaned(name)
    [to] = email["To"].addresses
    assert to.addr_spec == "ann@example.org"
    assert to.display_name.replace(" ", "") == cleaned(name).replace(" ", "")
    assert f"Dear {cleaned(name)},\n" in body(email, "plain")
    assert "<script" not in body(email, "html")


@pytest.mark.parametrize("title", HOSTILE)
def test_a_hostile_title_is_only_ever_words(title: str) -> None:
    variant = a_variant(
        a_post(title=title, summary=title, body=()),
        campaign=a_campaign(title=title, sender_name=title),
    )

    message = compile_email(variant, LOOK).merge(a_reader())
    email = read(message)
    old = BytesParser(policy=policy.compat32).parsebytes(message)

    check_lines(message)
    assert email.keys() == old.keys() == HEADERS
    assert parseaddr(old["From"].replace("\r\n", ""))[1] == "digest@example.org"
    assert old["List-Id"].endswith("<lantern-week.example.org>")
    assert len(old["List-Id"]) <= 255
    assert "<script" not in body(email, "html")


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=400))
def test_any_value_is_read_back(name: str) -> None:
    message = ordinary().merge(a_reader(name))
    email = read(message)

    check_lines(message)
    assert email.keys() == HEADERS
    raw = BytesParser(policy=policy.compat32).parsebytes(message)["To"]
    display_name = parseaddr(raw.replace("\r\n", ""))[0]
    assert str(make_header(decode_header(display_name))) == cleaned(name)
    assert f"\nDear {cleaned(name)},\n" in body(email, "plain")


@cache
def ordinary() -> CompiledMessage:
    """Return the message that every example is merged into."""
    return compile_email(a_variant(), LOOK)


READ_BACK = """
import sys
from email import policy
from email.header import decode_header, make_header
from email.parser import BytesParser
from email.utils import parseaddr
message = sys.stdin.buffer.read()
for rules in (policy.default, policy.compat32):
    read = BytesParser(policy=rules).parsebytes(message)
    print(",".join(read.keys()))
raw = parseaddr(read["To"].replace("\\r\\n", ""))
print(ascii(str(make_header(decode_header(raw[0])))), raw[1])
"""


@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13"])
def test_other_pythons_read_the_same(version: str, compiled: CompiledMessage) -> None:
    python = interpreter(version)
    if python is None:
        pytest.skip(f"no Python {version} here to read the message with")
    for case in HOSTILE:
        name = str(case.values[0])
        answer = subprocess.run(  # noqa: S603 - an interpreter and a script of ours
            [python, "-I", "-c", READ_BACK],
            input=compiled.merge(a_reader(name)),
            capture_output=True,
            check=True,
        )
        newer, older, to = answer.stdout.decode().splitlines()

        assert newer == older == ",".join(HEADERS)
        assert to == f"{cleaned(name)!a} ann@example.org"


def interpreter(version: str) -> Path | None:
    """Return a Python of that version that runs: pyenv's, or one on the path."""
    pyenv = Path.home() / ".pyenv" / "versions"
    pythons = sorted(pyenv.glob(f"{version}.*/bin/python"))
    if on_path := shutil.which(f"python{version}"):
        pythons.append(Path(on_path))
    asking = "import sys; print('%d.%d' % sys.version_info[:2])"
    for python in pythons:
        answer = subprocess.run(  # noqa: S603 - an interpreter asked for its version
            [python, "-I", "-c", asking], capture_output=True, check=False
        )
        if answer.returncode == 0 and answer.stdout.decode().strip() == version:
            return python
    return None


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"sender_address": "dïgest@example.org"}, id="from"),
        pytest.param({"reply_to": "team"}, id="reply_to"),
    ],
)
def test_a_campaign_address_that_cannot_be_used_is_named(
    changes: dict[str, str],
) -> None:
    with pytest.raises(RenderError, match="campaign file"):
        compile_email(a_variant(campaign=a_campaign(**changes)), LOOK)


def test_a_language_cannot_become_a_header() -> None:
    variant = a_variant(language='en"\r\nBcc: x@example.org')

    message = compile_email(variant, LOOK).merge(a_reader())

    assert read(message).keys() == HEADERS
    assert b"x@example.org" not in message


def test_content_that_looks_like_a_marker_stays_words() -> None:
    forged = "zq0123456789abcdef0123456789abcdefx04qz"
    variant = a_variant(a_post(title=forged, summary=forged))

    email = read(compile_email(variant, LOOK).merge(a_reader()))

    assert forged in body(email, "plain")
    assert forged in body(email, "html")


def test_a_merge_needs_nothing_but_joining(compiled: CompiledMessage) -> None:
    first, second = (compiled.merge(a_reader(name)) for name in ("Ann", "Bo Example"))

    assert first.replace(b"Ann", b"Bo Example") == second.replace(b"Ann", b"Bo Example")
