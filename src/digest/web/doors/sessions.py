"""Who is signed in to the desk: a signed cookie that names a key, and when it ends."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from fastapi import Request, Response
from itsdangerous import BadSignature, Signer

from digest.bootstrap import App
from digest.store.staff import access_keys
from digest.store.staff.access_keys import AccessKey

_COOKIE = "digest-desk"
_PATH = "/desk"
_LASTS = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class StaffSessions:
    """Signs people in and out, and knows them again.

    The cookie is of no use once its key has been revoked or twelve hours have
    passed. It is sent to the desk alone, and by no page of another site.
    """

    digest: App

    def of(self, request: Request) -> AccessKey | None:
        """Return the key of whoever sends the request, None if nobody is signed in."""
        key_id = self._read(request.cookies.get(_COOKIE, ""))
        if key_id is None:
            return None
        with self.digest.reading() as connection:
            return access_keys.by_id(connection, key_id)

    def key_of(self, secret: str) -> AccessKey | None:
        """Return the key with that secret, if there is one that has not ended."""
        with self.digest.reading() as connection:
            return access_keys.holder(connection, secret.strip())

    def sign_in(self, response: Response, key: AccessKey) -> None:
        """Have the response sign its receiver in."""
        ends = int((self.digest.now() + _LASTS).timestamp())
        response.set_cookie(
            _COOKIE,
            self._signer.sign(f"{key.id}.{ends}").decode(),
            max_age=int(_LASTS.total_seconds()),
            path=_PATH,
            secure=self.digest.settings.is_https,
            httponly=True,
            samesite="lax",
        )

    def sign_out(self, response: Response) -> None:
        """Have the response sign its receiver out."""
        response.delete_cookie(_COOKIE, path=_PATH)

    @property
    def _signer(self) -> Signer:
        salt = "digest desk: signed in"
        return Signer(self.digest.secret, salt, digest_method=sha256)

    def _read(self, cookie: str) -> int | None:
        try:
            content = self._signer.unsign(cookie).decode()
        except BadSignature:
            return None
        key_id, _, ends = content.partition(".")
        now: datetime = self.digest.now()
        return int(key_id) if now.timestamp() < int(ends) else None
