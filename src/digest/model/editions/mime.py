"""Words as bytes that every mail program reads back the same (RFC 2045, 2047, 5322).

Nothing here trusts its input: whatever a text holds, it becomes ASCII that
cannot begin a header line, end a header block or pass for an encoded word.
"""

import base64
import re
from binascii import b2a_qp
from collections.abc import Iterator, Sequence
from email.policy import EmailPolicy
from functools import lru_cache
from itertools import accumulate
from string import ascii_letters, digits

# Chosen so that "Reply-To: " and one encoded word stay within 78 characters,
# and well within the 75 of RFC 2047 §2.
_WORD = 68
_FRAME = len("=?utf-8?q?") + len("?=")
_LINE = 78
_ADDRESS = 254
# A word of plain letters up to this length stays one, beyond 78 in a line or not.
_LONGEST = 400
# 76 with the soft break's "=", and 2 to spare for a guarded first letter.
_QP_LINE = 73
SOFT_BREAK = "=\r\n"

_ATEXT = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
# Of a name on one line, as `cleaned` returns it.
_ATOMS = re.compile(_ATEXT.replace("[", "[ ", 1))
_LOCAL_PART = re.compile(rf"{_ATEXT}(?:\.{_ATEXT})*")
_LONE_ENDS = re.compile(rb"\r(?!\n)|(?<!\r)\n")
_DOMAIN = re.compile(r"(?:[A-Za-z0-9_-]{1,63}\.)+[A-Za-z0-9-]{2,63}")
# Which stands on the wire as it is; most do.
_PLAIN_ADDRESS = re.compile(
    rf"(?=[^@]{{1,64}}@){_LOCAL_PART.pattern}@{_DOMAIN.pattern}"
)
_PRINTABLE = re.compile(r"[ -~]*")
# C0 and C1 controls, lone surrogates, and the marks that turn text around.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_SPACED = re.compile("^ | $|  ")
_LITERAL_QP = re.compile("[ -<>-~]*")
_QP_TOKEN = re.compile(r"=[0-9A-F]{2}|.")
# All that RFC 2047 §5 (3) lets stand in a display name.
_Q_SAFE = frozenset((ascii_letters + digits + "!*+-/").encode())
_Q = [chr(octet) if octet in _Q_SAFE else f"={octet:02X}" for octet in range(256)]
_Q[ord(" ")] = "_"


def cleaned(text: str) -> str:
    """Return `text` on one line: no controls, no doubled or outer spaces.

    Marks that turn the direction of text around are controls here: left open,
    they would turn around everything that follows.
    """
    if text.isascii() and text.isprintable() and _SPACED.search(text) is None:
        return text
    return " ".join(_CONTROLS.sub("", " ".join(text.split())).split())


def undeliverable(address: str) -> str | None:
    """Return why no message can be addressed to `address`, or None where one can.

    The reason is permanent: trying again cannot help. Messages are plain
    ASCII, so that every server takes them; a domain in other letters has an
    ASCII form, the part before the @ has none (RFC 6531 §3).
    """
    try:
        wire_address(address)
    except ValueError as problem:
        return str(problem)
    return None


@lru_cache(maxsize=4096)
def wire_address(address: str) -> str:
    """Return `address` in ASCII. Raises ValueError in plain words where it has none."""
    if len(address) > _ADDRESS:
        raise ValueError("is too long for an email address: correct it")
    if _PLAIN_ADDRESS.fullmatch(address):
        return address
    local, _, domain = address.rpartition("@")
    if not local.isascii():
        raise ValueError(
            "the email address has letters before the @ that not every mail server"
            " can carry: ask for another address, or write by post"
        )
    domain = _ascii_domain(domain)
    if not (
        _LOCAL_PART.fullmatch(local)
        and _DOMAIN.fullmatch(domain)
        and len(local) <= 64
        and len(local) + len(domain) < _ADDRESS
    ):
        raise ValueError("is not an email address that mail can be sent to: correct it")
    return f"{local}@{domain}"


# On its own, since many addresses share a domain.
@lru_cache(maxsize=4096)
def _ascii_domain(domain: str) -> str:
    """Return the domain in ASCII, or "" where it has no such form."""
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return ""


def mailbox(name: str, address: str) -> str:
    """Return the value of From, To or Reply-To, folded.

    Raises ValueError where `address` cannot be written to.
    """
    display_name, where = phrase(name), wire_address(address)
    if not display_name:
        return where
    last_line = display_name.rpartition("\n")[2]
    fits = len(last_line) + len(where) + len("Reply-To:  <>") <= _LINE
    return f"{display_name}{' ' if fits else _FOLD}<{where}>"


def phrase(name: str) -> str:
    """Return a display name, as atoms or as encoded words and never in quotes.

    The space between two encoded words is not part of the name (RFC 2047
    §6.2). Python's newer parser shows it all the same, which is why a long name
    is cut between its words where it can be.
    """
    if not (name := cleaned(name)):
        return ""
    # Atoms that are folded show the fold in some programs (GMime).
    is_atoms = _ATOMS.fullmatch(name) and "=?" not in name
    stays_on_a_line = len(name) <= _WORD or (" " not in name and len(name) <= _LONGEST)
    return name if is_atoms and stays_on_a_line else _encoded_words(name)


def unstructured(text: str) -> str:
    """Return the value of a header of free words, such as Subject, folded."""
    text = cleaned(text)
    return _folded(text) if _PRINTABLE.fullmatch(text) else _encoded_words(text)


def quoted_printable(text: str) -> str:
    """Return one line of text as lines of at most 76 octets with soft breaks.

    No line begins with a dot or with "From ", so that neither the dots of
    SMTP nor a mailbox on disk can change it.
    """
    if _LITERAL_QP.fullmatch(text) and not text.endswith(" "):
        if len(text) <= _QP_LINE:
            return _guarded(text)
        starts = range(0, len(text), _QP_LINE)
        return SOFT_BREAK.join(
            [_guarded(text[start : start + _QP_LINE]) for start in starts]
        )
    encoded = b2a_qp(text.encode(), istext=False).decode("ascii")
    if len(encoded) <= _QP_LINE:
        return _guarded(encoded)
    return _in_lines(encoded.replace("=\n", ""))


def _in_lines(encoded: str) -> str:
    lines, line, length = [], list[str](), 0
    for token in _QP_TOKEN.findall(encoded):
        if length + len(token) > _QP_LINE:
            lines.append(_guarded("".join(line)))
            line, length = [], 0
        line.append(token)
        length += len(token)
    lines.append(_guarded("".join(line)))
    return SOFT_BREAK.join(lines)


_FOLD = "\r\n "


class _AsFolded(EmailPolicy):
    """Takes the values above folds and all, which the parent refuses, and no others."""

    def header_store_parse(self, name: str, value: str) -> tuple[str, str]:
        super().header_store_parse(name, value.replace(_FOLD, " "))
        return name, value


# For messages that are put together part by part: headers stand as they are made here.
AS_FOLDED = _AsFolded(linesep="\r\n", refold_source="none")


def _guarded(line: str) -> str:
    if line.startswith("."):
        return "=2E" + line[1:]
    if line.startswith("From "):
        return "=46" + line[1:]
    return line


def _folded(text: str) -> str:
    # What could pass for an encoded word, or has no place to fold, is encoded.
    if "=?" in text or any(len(word) > _LONGEST for word in text.split(" ")):
        return _encoded_words(text)
    lines = [""]
    for word in text.split(" "):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > _WORD:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}" if lines[-1] else word
    return _FOLD.join(lines)


def _encoded_words(text: str) -> str:
    octets = text.encode()
    spelled = _q(octets)
    if len(spelled) > len(octets) * 4 / 3:
        return _FOLD.join(_in_base64(text))
    if len(spelled) <= _WORD - _FRAME:
        return _word("q", spelled)
    return _FOLD.join(_word("q", _q(part.encode())) for part in _in_q(text))


def _in_base64(text: str) -> Iterator[str]:
    """Yield the text in words of base64, none but the last of them padded.

    Some programs decode them as one stream (GMime), which ends with its padding.
    """
    start, most = 0, (_WORD - _FRAME) // 4 * 3
    while start < len(text):
        rest = text[start : start + most]
        sizes = list(accumulate(len(letter.encode()) for letter in rest))
        is_last = sizes[-1] <= most and start + len(rest) == len(text)
        cuts = [
            place
            for place, size in enumerate(sizes, 1)
            if size <= most and size % 3 == 0
        ]
        if is_last or cuts:
            part = rest if is_last else rest[: _best(cuts, rest)]
            yield _word("b", base64.b64encode(part.encode()).decode("ascii"))
        else:
            # Letters of three bytes behind one of two, say: the first goes alone.
            part = rest[0]
            yield _word("q", _q(part.encode()))
        start += len(part)


def _in_q(text: str) -> Iterator[str]:
    start, most = 0, _WORD - _FRAME
    while start < len(text):
        rest = text[start : start + most]
        sizes = list(accumulate(len(_q(letter.encode())) for letter in rest))
        cuts = [place for place, size in enumerate(sizes, 1) if size <= most]
        is_last = len(cuts) == len(rest) and start + len(rest) == len(text)
        part = rest if is_last else rest[: _best(cuts, rest)]
        yield part
        start += len(part)


def _best(cuts: Sequence[int], text: str) -> int:
    """Return the last of the places that follows a space, or else the last."""
    return max((cut for cut in cuts if text[cut - 1] == " "), default=cuts[-1])


def _q(octets: bytes) -> str:
    return "".join([_Q[octet] for octet in octets])


def _word(encoding: str, spelled: str) -> str:
    return f"=?utf-8?{encoding}?{spelled}?="


def on_the_wire(message: bytes) -> bytes:
    """Return a message as DATA carries it, up to but without the final dot.

    A lone CR or LF becomes a line end, since servers differ on what a lone one
    ends (RFC 5321 §2.3.8); leading dots are doubled (§4.5.2); the last line is
    ended.
    """
    ends = message.count(b"\r\n")
    if message.count(b"\n") != ends or message.count(b"\r") != ends:
        message = _LONE_ENDS.sub(b"\r\n", message)
    if b"\n." in message or message.startswith(b"."):
        message = (b"\r\n" + message).replace(b"\r\n.", b"\r\n..")[2:]
    return message if message.endswith(b"\r\n") else message + b"\r\n"
