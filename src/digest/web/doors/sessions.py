"""The cookie of whoever is signed in: made, read, and taken back."""

from dataclasses import dataclass

from fastapi import Request, Response

from digest.bootstrap import App
from digest.staff import entrance, limits
from digest.store.staff import accounts, sessions
from digest.store.staff.sessions import Session

_COOKIE = "digest-session"


@dataclass(frozen=True, slots=True)
class StaffSessions:
    """Signs people in and out, and knows them again.

    A cookie is random and says nothing; it is of no use once its session or its account
    has ended. No script reads it and no page of another site sends it.
    """

    digest: App

    def of(self, request: Request) -> Session | None:
        """Return the session of whoever sends the request, None for nobody's."""
        token = request.cookies.get(_COOKIE, "")
        if not token:
            return None
        now = self.digest.now()
        with self.digest.reading() as connection:
            session = sessions.current(connection, token, now)
        if session and now - session.seen_at >= limits.SEEN_EVERY:
            with self.digest.writing() as connection:
                sessions.note_seen(connection, session.id, now)
        return session

    def start(
        self,
        request: Request,
        response: Response,
        account_id: int,
        *,
        is_confirmed: bool,
    ) -> None:
        """Have the response sign its receiver in on the device that asked.

        Where the second step is still to come it is a session for that alone. What the
        browser was signed in as before ends.
        """
        device = _device(request.headers.get("User-Agent", ""))
        self._end(request)
        with self.digest.reading() as connection:
            actor = accounts.get(connection, account_id).actor
        with self.digest.acting_as(actor).writing() as connection:
            token, lasts = entrance.sign_in(
                connection,
                account_id,
                device,
                self.digest.now(),
                is_confirmed=is_confirmed,
            )
        response.set_cookie(
            _COOKIE,
            token,
            max_age=int(lasts.total_seconds()),
            path="/",
            secure=self.digest.settings.is_https,
            httponly=True,
            samesite="lax",
        )

    def end(self, request: Request, response: Response) -> None:
        """Have the response sign its receiver out."""
        self._end(request)
        response.delete_cookie(_COOKIE, path="/")

    def _end(self, request: Request) -> None:
        if before := self.of(request):
            now, actor = self.digest.now(), before.account.actor
            with self.digest.acting_as(actor).writing() as connection:
                entrance.sign_out(connection, before, now)


_BROWSERS = ("Firefox", "Edg", "OPR", "SamsungBrowser", "Chrome", "Safari")
_CALLED = {"Edg": "Edge", "OPR": "Opera", "SamsungBrowser": "Samsung Internet"}
_SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Mac OS", "CrOS", "Linux")
_NAMED = {"Mac OS": "Mac", "CrOS": "Chromebook"}


def _device(user_agent: str) -> str:
    """Return what a person would call the device, by what its browser says."""
    browser = next((name for name in _BROWSERS if name in user_agent), "")
    system = next((name for name in _SYSTEMS if name in user_agent), "")
    words = _CALLED.get(browser, browser or "A program")
    return f"{words} on {_NAMED.get(system, system)}" if system else words
