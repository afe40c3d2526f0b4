"""An export's bytes as its parser can take them: UTF-8, and nothing XML forbids."""

import codecs
import re
from collections.abc import Iterable, Iterator

# XML 1.0 section 2.2 forbids these, and old posts hold them.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_OTHER = re.compile(rb"<\?xml[^>]{0,100}encoding\s*=\s*[\"'](?!utf-?8[\"'])", re.I)
_HEAD = 200
_AS_MEANT = "digest-windows-letters"


def _windows_letters(problem: UnicodeError) -> tuple[str, int]:
    """Read what is no UTF-8 as what such bytes are meant as: letters of Windows."""
    if not isinstance(problem, UnicodeDecodeError):
        raise problem
    wrong = problem.object[problem.start : problem.end]
    return wrong.decode("cp1252", "replace"), problem.end


codecs.register_error(_AS_MEANT, _windows_letters)


def mended(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield an export's bytes, mended as far as can be.

    Those of a file that says that it is in another encoding are left alone.
    """
    decoder = codecs.getincrementaldecoder("utf-8")(_AS_MEANT)
    is_other: bool | None = None
    for chunk in chunks:
        if is_other is None:
            is_other = _OTHER.search(chunk[:_HEAD]) is not None
        if is_other:
            yield chunk
        else:
            yield _FORBIDDEN.sub("", decoder.decode(chunk)).encode()
    yield _FORBIDDEN.sub("", decoder.decode(b"", final=True)).encode()
