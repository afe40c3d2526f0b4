"""Where devices are asked for passkeys, and what they answer is taken."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from fastapi import Request

from digest.bootstrap import App
from digest.errors import DigestError
from digest.staff import passkeys as staff_passkeys
from digest.staff.passkeys import (
    PasskeyAnswer,
    PasskeyQuestion,
    Passkeys,
    PasskeySite,
)
from digest.store.staff import passkeys
from digest.store.staff.sessions import Session
from digest.web import limits
from digest.web.parts.inputs import FormFields


class PasskeyDoor:
    """Asks devices for passkeys, and takes what they answer."""

    def __init__(self, digest: App) -> None:
        self._digest = digest
        self._passkeys = Passkeys(digest.keys)

    def ask_who(self, request: Request) -> PasskeyQuestion | None:
        """Return the question that signs somebody in; None where no device takes it."""
        site = self._site(request)
        if site is None:
            return None
        return self._passkeys.ask_who(site, self._digest.now())

    def ask_for_new(self, request: Request, session: Session) -> PasskeyQuestion | None:
        """Return the question that a device makes a passkey from, or None."""
        site = self._site(request)
        if site is None:
            return None
        with self._digest.reading() as connection:
            now = self._digest.now()
            return self._passkeys.ask_for_new(connection, session.account, site, now)

    def owner(self, request: Request, form: FormFields) -> int | None:
        """Return whose account the form's passkey lets into, if anybody's."""
        site = self._site(request)
        if site is None:
            return None
        with self._digest.writing() as connection:
            return self._passkeys.owner(
                connection, _answer(form), site, self._digest.now()
            )

    def add(self, request: Request, session: Session, form: FormFields) -> str:
        """Set up the passkey that the form holds; return what came of it, in a word."""
        answer, site, now = _answer(form), self._site(request), self._digest.now()
        new = site and self._passkeys.read_new(answer, site, session.device)
        if not new:
            return "no-passkey"
        owner = session.account
        try:
            with self._digest.acting_as(owner.actor).writing() as connection:
                if not staff_passkeys.use_up(connection, answer, now):
                    return "no-passkey"
                passkeys.add(connection, owner.id, new, now)
        except DigestError:
            return "nothing"
        return "passkey"

    def _site(self, request: Request) -> PasskeySite | None:
        """Return whom passkeys are for; None by a number, which has none."""
        base_url = self._digest.settings.base_url
        if not self._digest.settings.is_https:
            # A host of ours: the gate has seen to that.
            base_url = f"http://{request.headers.get('Host', '')}"
        parts = urlsplit(base_url)
        host = parts.hostname or ""
        try:
            ip_address(host)
        except ValueError:
            return PasskeySite(host, f"{parts.scheme}://{parts.netloc}")
        return None


def _answer(form: FormFields) -> PasskeyAnswer:
    number = form.get("challenge", "")
    is_number = number.isascii() and number.isdigit() and len(number) < 20
    challenge = min(int(number), limits.ROW_ID) if is_number else 0
    return PasskeyAnswer(challenge, form.get("credential", ""))
