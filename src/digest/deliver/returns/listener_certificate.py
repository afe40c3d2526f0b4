"""The certificate that our listener for mail shows who asks for TLS (RFC 3207)."""

import ssl
from dataclasses import dataclass, field
from pathlib import Path

from digest.errors import MailboxError


@dataclass(slots=True)
class ListenerCertificate:
    """A certificate with its chain, and its key; read anew once either is renewed."""

    chain: Path
    key: Path
    _context: ssl.SSLContext | None = field(default=None, repr=False)
    _read_at: tuple[float, float] = (0, 0)

    def context(self) -> ssl.SSLContext:
        """Return what TLS is spoken by.

        Raises MailboxError where there is none of use; one that was is used on, while
        another is written in its place.
        """
        try:
            stamps = self.chain.stat().st_mtime, self.key.stat().st_mtime
            if self._context is None or stamps != self._read_at:
                context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
                context.load_cert_chain(self.chain, self.key)
                self._context, self._read_at = context, stamps
        except (OSError, ssl.SSLError) as problem:
            if self._context is None:
                raise MailboxError(
                    "DIGEST_MAIL_LISTEN_CERTIFICATE and DIGEST_MAIL_LISTEN_KEY: no "
                    f"certificate with its key can be read there ({problem})"
                ) from problem
        return self._context
