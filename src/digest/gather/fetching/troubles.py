"""What can go wrong on the way to a document, in plain words."""

import ssl
import zlib

import httpcore
import httpx

from digest.gather.fetching.dialling import DeniedError
from digest.gather.fetching.document import DocumentKind, FetchLimits
from digest.gather.fetching.unpacking import TooBigError
from digest.gather.markup.words import one_line

TROUBLES = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpx.InvalidURL,
    DeniedError,
    TooBigError,
    ValueError,  # of our own, in words; and UnicodeError
    zlib.error,
)
WRITE_IT_SO = "give an http or https address without a name or password in it"


def in_words(problem: Exception, wanted: DocumentKind, limits: FetchLimits) -> str:
    """Return why a document could not be had, and what would help."""
    match problem:
        case httpcore.TimeoutException():
            return "it took too long; it is tried again later"
        case TooBigError():
            return f"it is over {limits.size / 1_000_000:g} MB: {wanted.if_too_big}"
        case httpcore.ConnectError():
            return _why_unconnected(problem)
        case httpx.InvalidURL() | UnicodeError():
            return WRITE_IT_SO
        case zlib.error():
            return "it was cut short on its way, or packed wrongly"
        case _:
            return one_line(str(problem)) or type(problem).__name__


def is_unreachable(problem: Exception) -> bool:
    """Whether the host gives no answer, or none in time."""
    if isinstance(problem, httpcore.ConnectError):
        return not isinstance(_cause(problem), ssl.SSLError)
    return isinstance(problem, httpcore.TimeoutException)


def _cause(problem: httpcore.ConnectError) -> object:
    return problem.args[0] if problem.args else None  # the pool drops __cause__


def _why_unconnected(problem: httpcore.ConnectError) -> str:
    cause = _cause(problem)
    if isinstance(cause, ssl.SSLCertVerificationError):
        return (
            "its certificate is not valid "
            f"({one_line(cause.verify_message)}): tell whoever keeps the site"
        )
    if isinstance(cause, ssl.SSLError):
        return "no encrypted connection can be made: tell whoever keeps the site"
    return "nothing answers there; look at the address and the connection"
