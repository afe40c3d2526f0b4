"""A document's bytes out of an answer, never more of them than was agreed."""

import zlib
from collections.abc import Iterable, Iterator

from digest.gather import limits

_PACKINGS = frozenset({"gzip", "x-gzip"})


class TooBigError(Exception):
    """A document is larger than was agreed, packed or unpacked."""


def document_bytes(chunks: Iterable[bytes], packing: str, size: int) -> bytes:
    """Return what the chunks hold, unpacked, at most `size` bytes.

    Raises TooBigError; ValueError, in words, for a packing that nobody asked
    for; and zlib.error for a packet that is cut short or broken.
    """
    if packing in _PACKINGS:
        chunks = _unpacked(_at_most(chunks, size), size)
    elif packing not in {"", "identity"}:
        raise ValueError(f"it is packed as {packing}, unasked")
    return b"".join(_at_most(chunks, size))


def _at_most(chunks: Iterable[bytes], size: int) -> Iterator[bytes]:
    left = size
    for chunk in chunks:
        left -= len(chunk)
        if left < 0:
            raise TooBigError
        yield chunk


def _unpacked(chunks: Iterable[bytes], size: int) -> Iterator[bytes]:
    # A small packet may unpack to a thousand times its size, so no more than
    # one byte over the limit is ever unpacked at once.
    unpacker, packed, plain = _new(), 0, 0
    for chunk in chunks:
        packed += len(chunk)
        while chunk:
            if unpacker.eof:  # a packet may have several members: RFC 1952 section 2.2
                unpacker = _new()
            part = unpacker.decompress(chunk, size + 1)
            plain += len(part)
            if plain > max(
                limits.UNPACKING_RATIO_FROM, packed * limits.UNPACKING_RATIO
            ):
                raise TooBigError
            yield part
            chunk = unpacker.unconsumed_tail or unpacker.unused_data  # noqa: PLW2901
    if not unpacker.eof:
        raise zlib.error("cut short")


def _new() -> "zlib._Decompress":
    return zlib.decompressobj(wbits=31)
