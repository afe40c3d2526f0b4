"""Signing in with a password and a second step, and out again."""

import re
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from digest.bootstrap import App
from digest.model.roles import Right, may
from digest.staff import entrance
from digest.staff.second_step import SecondStep
from digest.store.staff import accounts
from digest.store.staff.accounts import Account
from digest.web.doors.origins import host_of
from digest.web.doors.passkey_door import PasskeyDoor
from digest.web.doors.sessions import StaffSessions
from digest.web.doors.throttle import WrongAttempts
from digest.web.parts.inputs import FormFields, form_fields
from digest.web.parts.pages import Pages
from digest.web.parts.routing import PageRouter

_PAGE_OF_STAFF = re.compile(r"/(?:desk|post|account)(?:/[\w.-]+)*", re.ASCII)
_READ = ["GET", "HEAD"]
_TOO_OFTEN = "That was too often. Wait ten minutes, then try again"
_WRONG = (
    "This address and this password do not belong together. Type both again, or choose "
    "another password"
)
_NO_PASSKEY = (
    "This device has no passkey of an account here, or did not prove that it is you. "
    "Sign in with your password"
)
_NO_OIDC = (
    "That did not sign you in: your organisation's account was not confirmed, or "
    "nobody has asked you in by its email address. Try again, or ask an admin of Digest"
)
_REFUSED = {"passkey": _NO_PASSKEY, "oidc": _NO_OIDC}
_WRONG_CODE = "That code is over, or is not yours. Type the one that is showing now"
NOBODY_SIGNED_IN = "somebody who is not signed in"
Form = Annotated[FormFields, Depends(form_fields)]


def safe(then: str) -> str:
    """Return a page of staff's to go on to: the one asked for, if it is one."""
    return then if _PAGE_OF_STAFF.fullmatch(then) else "/desk"


def following(then: str, owner: Account) -> str:
    """Return where somebody goes on to; the desk is not everybody's."""
    page = safe(then)
    is_to_post = page == "/desk" and not may(owner.role, Right.LOOK)
    return "/post" if is_to_post else page


def routes(
    digest: App,
    pages: Pages,
    sessions: StaffSessions,
    wrong: WrongAttempts,
    passkey_door: PasskeyDoor,
) -> APIRouter:
    """Return the routes; wrong passwords and codes are counted by `wrong`."""
    router = PageRouter()
    steps = _Steps(digest, pages, sessions, wrong, passkey_door)

    @router.api_route("/sign-in", methods=_READ)
    def ask(request: Request, then: str = "", refused: str = "") -> Response:
        return steps.password_page(request, {"then": then}, _REFUSED.get(refused, ""))

    @router.post("/sign-in")
    def sign_in(request: Request, form: Form) -> Response:
        return steps.take_password(request, form)

    @router.api_route("/sign-in/code", methods=_READ)
    def ask_for_code(request: Request, then: str = "") -> Response:
        session = request.state.session
        if session is None or session.is_confirmed:
            return RedirectResponse(safe(then) if session else "/sign-in", 303)
        return steps.code_page(then)

    @router.post("/sign-in/code")
    def take_code(request: Request, form: Form) -> Response:
        return steps.take_code(request, form)

    @router.post("/sign-out")
    def sign_out(request: Request) -> Response:
        response = RedirectResponse("/sign-in", 303)
        sessions.end(request, response)
        return response

    return router


class _Steps:
    """The two steps: the password, then a code."""

    def __init__(
        self,
        digest: App,
        pages: Pages,
        sessions: StaffSessions,
        wrong: WrongAttempts,
        passkey_door: PasskeyDoor,
    ) -> None:
        self._passkey_door = passkey_door
        self._digest = digest
        self._pages = pages
        self._sessions = sessions
        self._wrong = wrong
        self._second_step = SecondStep(digest.keys)

    def password_page(
        self,
        request: Request,
        typed: FormFields,
        fault: str = "",
        status: int = 200,
    ) -> Response:
        """Return the first step's page, with what is wrong."""
        with self._digest.reading() as connection:
            has_accounts = accounts.exists(connection)
        return self._pages.page(
            "doors/sign_in.html",
            status=status,
            typed={name: typed.get(name, "") for name in ("email", "then")},
            faults={"password": fault} if fault else {},
            has_accounts=has_accounts,
            provider=self._digest.settings.oidc_issuer
            and self._digest.settings.oidc_name,
            question=self._passkey_door.ask_who(request) if has_accounts else None,
        )

    def take_password(self, request: Request, form: FormFields) -> Response:
        """Sign somebody in, or as far as their second step."""
        email, caller = form.get("email", "").strip().lower(), host_of(request)
        if self._wrong.are_too_many(caller, email):
            self._note(caller, email, "too many wrong attempts")
            return self.password_page(request, form, _TOO_OFTEN, 429)
        password = form.get("password", "")
        account_id = entrance.known_by_password(self._digest.engine, email, password)
        if account_id is None:
            self._wrong.count(caller, email)
            self._note(caller, email, "a wrong password")
            return self.password_page(request, form, _WRONG, 422)
        with self._digest.reading() as connection:
            owner = accounts.get(connection, account_id)
        goes_on = following(form.get("then", ""), owner)
        is_whole = not owner.has_second_step
        response = RedirectResponse(
            goes_on if is_whole else f"/sign-in/code?then={goes_on}", 303
        )
        self._sessions.start(request, response, owner.id, is_confirmed=is_whole)
        return response

    def _note(self, caller: str, email: str, why: str) -> None:
        """Put on record that somebody was not let in, unless they often were not."""
        if self._wrong.is_for_the_record(caller):
            outside = self._digest.acting_as(NOBODY_SIGNED_IN)
            with outside.writing() as connection:
                entrance.note_refusal(connection, email, why, self._digest.now())

    def code_page(self, then: str, fault: str = "", status: int = 200) -> Response:
        """Return the second step's page, with what is wrong."""
        faults = {"code": fault} if fault else {}
        return self._pages.page(
            "doors/code.html", status=status, then=safe(then), faults=faults
        )

    def take_code(self, request: Request, form: FormFields) -> Response:
        """Sign somebody in who has taken the first step."""
        session, then = request.state.session, form.get("then", "")
        if session is None:
            return RedirectResponse("/sign-in", 303)
        owner, caller = session.account, host_of(request)
        if self._wrong.are_too_many(caller, owner.email):
            return self.code_page(then, _TOO_OFTEN, 429)
        code, now = form.get("code", ""), self._digest.now()
        with self._digest.acting_as(owner.actor).writing() as connection:
            is_right = self._second_step.take(connection, owner.id, code, now)
        if not is_right:
            self._wrong.count(caller, owner.email)
            self._note(caller, owner.email, "a wrong code")
            return self.code_page(then, _WRONG_CODE, 422)
        response = RedirectResponse(following(then, owner), 303)
        self._sessions.start(request, response, owner.id, is_confirmed=True)
        return response
