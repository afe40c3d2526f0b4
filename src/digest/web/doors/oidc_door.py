"""Signing in by the organisation's own accounts, where the operator has set that up."""

import logging

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from itsdangerous import BadSignature, URLSafeTimedSerializer

from digest.audience.emails import email_key
from digest.bootstrap import App
from digest.errors import NotFound
from digest.settings import Settings
from digest.staff import entrance, limits
from digest.staff.oidc import OidcClient, OidcError, OidcProvider, OidcQuestion
from digest.store.staff import accounts
from digest.store.staff.accounts import Account
from digest.web.doors.origins import host_of
from digest.web.doors.sessions import StaffSessions
from digest.web.doors.sign_in import NOBODY_SIGNED_IN, following, safe
from digest.web.doors.throttle import WrongAttempts
from digest.web.parts.routing import PageRouter

_HERE, _ANSWER = "/sign-in/oidc", "/sign-in/oidc/answer"
_COOKIE = "digest-oidc"
log = logging.getLogger(__name__)


def routes(digest: App, sessions: StaffSessions, wrong: WrongAttempts) -> APIRouter:
    """Return the routes; none where no provider is set."""
    router = PageRouter()
    client = client_of(digest.settings)
    if client is None:
        return router
    door = _OidcDoor(digest, OidcProvider(client), sessions, wrong)

    @router.get(_HERE)
    def ask(then: str = "") -> Response:
        return door.ask(then)

    @router.get(_ANSWER)
    def answer(request: Request) -> Response:
        return door.take(request)

    return router


def client_of(settings: Settings) -> OidcClient | None:
    """Return who we are to the provider, None where none is set."""
    if not settings.oidc_issuer or settings.oidc_client_secret is None:
        return None
    return OidcClient(
        settings.oidc_issuer,
        settings.oidc_client_id,
        settings.oidc_client_secret.get_secret_value(),
        settings.oidc_name,
        f"{settings.base_url}{_ANSWER}",
    )


class _OidcDoor:
    """Sends browsers to the provider, and lets in whom it vouches for and we know.

    It stands in for the password alone: a second step that is set up is asked for.
    """

    def __init__(
        self,
        digest: App,
        provider: OidcProvider,
        sessions: StaffSessions,
        wrong: WrongAttempts,
    ) -> None:
        self._digest = digest
        self._provider = provider
        self._sessions = sessions
        self._wrong = wrong
        self._signed = URLSafeTimedSerializer(digest.keys.oldest_first, salt="oidc")

    def ask(self, then: str) -> Response:
        """Send a browser to the provider; what its answer must match is its cookie."""
        try:
            question = self._provider.ask()
        except OidcError as problem:
            log.warning("nobody can sign in by oidc why=%s", problem)
            return RedirectResponse("/sign-in?refused=oidc", 303)
        kept_back = [question.state, question.nonce, question.verifier, safe(then)]
        response = RedirectResponse(question.address, 303)
        response.set_cookie(
            _COOKIE,
            self._signed.dumps(kept_back),
            max_age=int(limits.OIDC_LASTS.total_seconds()),
            path=_HERE,
            secure=self._digest.settings.is_https,
            httponly=True,
            samesite="lax",
        )
        return response

    def take(self, request: Request) -> Response:
        """Sign in whom the provider vouches for, if they have an account here."""
        refused = RedirectResponse("/sign-in?refused=oidc", 303)
        refused.delete_cookie(_COOKIE, path=_HERE)
        try:
            state, nonce, verifier, then = self._signed.loads(
                request.cookies.get(_COOKIE, ""),
                max_age=int(limits.OIDC_LASTS.total_seconds()),
            )
            question = OidcQuestion("", state, nonce, verifier)
            email = self._provider.verified_email(question, request.query_params)
        except (BadSignature, OidcError) as problem:
            log.warning("a sign-in by oidc failed why=%s", problem)
            return refused
        owner = self._owner(email)
        if owner is None:
            self._note(request, email)
            return refused
        is_whole = not owner.has_second_step
        goes_on = following(then, owner)
        response = RedirectResponse(
            goes_on if is_whole else f"/sign-in/code?then={goes_on}", 303
        )
        response.delete_cookie(_COOKIE, path=_HERE)
        self._sessions.start(request, response, owner.id, is_confirmed=is_whole)
        return response

    def _owner(self, email: str) -> Account | None:
        """Return who has the account of that address and may sign in."""
        try:
            with self._digest.reading() as connection:
                owner = accounts.by_email(connection, email_key(email))
        except (NotFound, ValueError):
            return None
        return None if owner.ended_at else owner

    def _note(self, request: Request, email: str) -> None:
        if self._wrong.is_for_the_record(host_of(request)):
            outside = self._digest.acting_as(NOBODY_SIGNED_IN)
            why = "nobody asked them in, by their organisation's account"
            with outside.writing() as connection:
                entrance.note_refusal(connection, email, why, self._digest.now())
