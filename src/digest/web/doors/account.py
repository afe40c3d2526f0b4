"""Somebody's own account: password, second step, codes on paper, devices."""

from typing import Annotated, Any

import segno
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from itsdangerous import BadSignature, URLSafeTimedSerializer
from markupsafe import Markup

from digest.bootstrap import App
from digest.model.roles import ROLE_WORDS, Right
from digest.model.staff_words import moment_in_words
from digest.staff import entrance
from digest.staff import limits as staff_limits
from digest.staff.entrance import RefusedPassword
from digest.staff.second_step import SecondStep, TotpProof
from digest.store.staff import (
    passkeys,
    password_hashes,
    second_steps,
    sessions,
)
from digest.store.staff.sessions import Session
from digest.web.doors.origins import host_of
from digest.web.doors.passkey_door import PasskeyDoor
from digest.web.doors.rights import StaffSession, needs
from digest.web.doors.throttle import WrongAttempts
from digest.web.parts.inputs import FormFields, RowId, form_fields
from digest.web.parts.pages import Pages
from digest.web.parts.routing import PageRouter

Form = Annotated[FormFields, Depends(form_fields)]
_READ = ["GET", "HEAD"]
_DONE = {
    "password": "Your password is changed, and your other devices are signed out",
    "device": "That device is signed out",
    "devices": "Every other device is signed out",
    "passkey": "This device lets you in from now on",
    "no-passkey": "This device made no passkey that we can use",
    "passkey-removed": "That passkey lets nobody in any more",
    "nothing": "Nothing had to be done",
}
_NOT_IT = "This is not your password"
_TOO_OFTEN = "That was too often. Wait ten minutes, then try again"


def routes(
    digest: App, pages: Pages, wrong: WrongAttempts, passkey_door: PasskeyDoor
) -> APIRouter:
    """Return the routes; wrong passwords are counted by `wrong`."""
    router = PageRouter(prefix="/account")
    own = _OwnAccount(digest, pages, wrong, passkey_door)
    _add_proofs(router, own)
    _add_devices(router, digest)

    @router.api_route("", methods=_READ)
    @needs(Right.OWN_ACCOUNT)
    def overview(request: Request, session: StaffSession, done: str = "") -> Response:
        return own.overview(request, session, done)

    return router


def _add_proofs(router: APIRouter, own: "_OwnAccount") -> None:
    """Add what somebody proves by who they are: password, phone, codes on paper."""

    @router.api_route("/password", methods=_READ)
    @needs(Right.OWN_ACCOUNT)
    def ask_password() -> Response:
        return own.password_page({})

    @router.post("/password")
    @needs(Right.OWN_ACCOUNT)
    def change_password(
        request: Request, session: StaffSession, form: Form
    ) -> Response:
        return own.change_password(request, session, form)

    @router.api_route("/second-step", methods=_READ)
    @needs(Right.OWN_ACCOUNT)
    def ask_second_step(session: StaffSession) -> Response:
        return own.second_step_page(session, own.second_step.new_secret(), {})

    @router.post("/second-step")
    @needs(Right.OWN_ACCOUNT)
    def set_second_step(
        request: Request, session: StaffSession, form: Form
    ) -> Response:
        return own.set_second_step(request, session, form)

    @router.post("/codes")
    @needs(Right.OWN_ACCOUNT)
    def new_codes(request: Request, session: StaffSession, form: Form) -> Response:
        if fault := own.fault_of_password(request, session, form):
            return own.overview(request, session, faults={"old_password": fault})
        return own.new_codes(session)


def _add_devices(router: APIRouter, digest: App) -> None:
    @router.post("/devices/{device_id}/sign-out")
    @needs(Right.OWN_ACCOUNT)
    def sign_out(session: StaffSession, device_id: RowId) -> Response:
        with digest.writing() as connection:
            ended = sessions.end(connection, device_id, session.account.id)
        return RedirectResponse(
            f"/account?done={'device' if ended else 'nothing'}", 303
        )

    @router.post("/devices/sign-out")
    @needs(Right.OWN_ACCOUNT)
    def sign_out_others(session: StaffSession) -> Response:
        with digest.writing() as connection:
            ended = sessions.end_all(connection, session.account.id, session.id)
        return RedirectResponse(
            f"/account?done={'devices' if ended else 'nothing'}", 303
        )


class _OwnAccount:
    """What the pages of one's own account do."""

    def __init__(
        self,
        digest: App,
        pages: Pages,
        wrong: WrongAttempts,
        passkey_door: PasskeyDoor,
    ) -> None:
        self._passkey_door = passkey_door
        self._digest = digest
        self._pages = pages
        self._wrong = wrong
        self.second_step = SecondStep(digest.keys)
        self._secrets = URLSafeTimedSerializer(
            digest.keys.oldest_first, salt="second step"
        )

    def overview(
        self,
        request: Request,
        session: Session,
        done: str = "",
        faults: dict[str, str] | None = None,
    ) -> Response:
        """Return the account's page: what was `done`, or what is wrong, by field."""
        zone, now = self._digest.settings.timezone, self._digest.now()
        with self._digest.reading() as connection:
            devices = sessions.of_account(connection, session.account.id, now)
            stored_passkeys = passkeys.of_account(connection, session.account.id)
            codes_left = second_steps.recovery_codes_left(
                connection, session.account.id
            )
        return self._pages.page(
            "doors/account.html",
            here="account",
            status=422 if faults else 200,
            owner=session.account,
            role_words=ROLE_WORDS[session.account.role],
            codes_left=codes_left,
            devices=[
                {
                    "id": device_id,
                    "name": name,
                    "is_this": device_id == session.id,
                    "started": moment_in_words(started, zone),
                    "seen": moment_in_words(last_seen, zone),
                }
                for device_id, name, started, last_seen in devices
            ],
            question=self._passkey_door.ask_for_new(request, session),
            passkeys=[
                {
                    "id": each.id,
                    "name": each.name,
                    "created": moment_in_words(each.created_at, zone),
                    "used": moment_in_words(each.used_at, zone)
                    if each.used_at
                    else "never",
                }
                for each in stored_passkeys
            ],
            done=_DONE.get(done, ""),
            faults=faults or {},
        )

    def password_page(self, faults: dict[str, str]) -> Response:
        """Return the page that asks for another password, with what is wrong."""
        return self._pages.page(
            "doors/password.html",
            here="account",
            status=422 if faults else 200,
            faults=faults,
        )

    def change_password(
        self, request: Request, session: Session, form: FormFields
    ) -> Response:
        """Change it, if the one that is good now was typed too."""
        faults, hashed = {}, ""
        if fault := self.fault_of_password(request, session, form):
            faults["old_password"] = fault
        owner = session.account
        try:
            hashed = entrance.checked(form.get("password", ""), owner.name, owner.email)
        except RefusedPassword as problem:
            faults["password"] = str(problem)
        if faults:
            return self.password_page(faults)
        with self._digest.acting_as(owner.actor).writing() as connection:
            password_hashes.set_password(
                connection,
                owner.id,
                hashed,
                self._digest.now(),
                keep_session=session.id,
            )
        return RedirectResponse("/account?done=password", 303)

    def second_step_page(
        self, session: Session, totp_secret: str, faults: dict[str, str]
    ) -> Response:
        """Return the page that a phone is set up by."""
        owner = session.account
        address = self.second_step.address(totp_secret, owner.email)
        drawing = segno.make(address).svg_inline(scale=5, border=4, light="#fff")
        content: dict[str, Any] = {
            "owner": owner,
            "drawing": Markup(drawing),  # noqa: S704 - segno's own
            "secret_in_fours": " ".join(
                totp_secret[i : i + 4] for i in range(0, len(totp_secret), 4)
            ),
            "secret": self._secrets.dumps([owner.id, totp_secret]),
            "is_live": self._digest.settings.live,
            "faults": faults,
        }
        status = 422 if faults else 200
        return self._pages.page(
            "doors/second_step.html", here="account", status=status, **content
        )

    def set_second_step(
        self, request: Request, session: Session, form: FormFields
    ) -> Response:
        """Set a phone up, and show the codes on paper that go with it."""
        owner = session.account
        try:
            lasts = int(staff_limits.SESSION_LASTS.total_seconds())
            owner_id, secret = self._secrets.loads(form.get("secret", ""), lasts)
        except (BadSignature, TypeError, ValueError):
            owner_id, secret = 0, ""
        if owner_id != owner.id:
            return RedirectResponse("/account/second-step", 303)
        if owner.has_second_step and (
            fault := self.fault_of_password(request, session, form)
        ):
            return self.second_step_page(session, secret, {"old_password": fault})
        proof = TotpProof(secret, form.get("code", ""))
        with self._digest.acting_as(owner.actor).writing() as connection:
            is_set = self.second_step.set_up(
                connection, owner.id, proof, self._digest.now()
            )
        if not is_set:
            words = "That is not what the phone shows now. Type the code once more"
            return self.second_step_page(session, secret, {"code": words})
        return self.new_codes(session)

    def new_codes(self, session: Session) -> Response:
        """Return the page of new codes on paper: the only time that they are shown."""
        owner = session.account
        with self._digest.acting_as(owner.actor).writing() as connection:
            codes = self.second_step.new_recovery_codes(
                connection, owner.id, self._digest.now()
            )
        return self._pages.page("doors/codes.html", here="account", codes=codes)

    def fault_of_password(
        self, request: Request, session: Session, form: FormFields
    ) -> str:
        """Return what is wrong with the password that shows who it is, "" if right."""
        email, caller = session.account.email, host_of(request)
        if self._wrong.are_too_many(caller, email):
            return _TOO_OFTEN
        password = form.get("old_password", "")
        if entrance.known_by_password(self._digest.engine, email, password) is None:
            self._wrong.count(caller, email)
            return _NOT_IT
        return ""
