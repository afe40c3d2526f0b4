"""Passkeys on the pages: one set up, one taken away, and signing in by one."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from digest.bootstrap import App
from digest.model.roles import Right
from digest.store.staff import passkeys
from digest.web.doors.passkey_door import PasskeyDoor
from digest.web.doors.rights import StaffSession, needs
from digest.web.doors.sessions import StaffSessions
from digest.web.doors.sign_in import safe
from digest.web.parts.inputs import FormFields, RowId, form_fields
from digest.web.parts.routing import PageRouter

Form = Annotated[FormFields, Depends(form_fields)]
_ACCOUNT = "/account"


def routes_of_staff(digest: App, door: PasskeyDoor) -> APIRouter:
    """Return the routes of who is signed in."""
    router = PageRouter(prefix=f"{_ACCOUNT}/passkeys")

    @router.post("")
    @needs(Right.OWN_ACCOUNT)
    def add(request: Request, session: StaffSession, form: Form) -> Response:
        done = door.add(request, session, form)
        return RedirectResponse(f"{_ACCOUNT}?done={done}", 303)

    @router.post("/{passkey_id}/remove")
    @needs(Right.OWN_ACCOUNT)
    def remove(session: StaffSession, passkey_id: RowId) -> Response:
        owner = session.account
        with digest.acting_as(owner.actor).writing() as connection:
            now = digest.now()
            removed = passkeys.remove(connection, passkey_id, owner.id, now)
        done = "passkey-removed" if removed else "nothing"
        return RedirectResponse(f"{_ACCOUNT}?done={done}", 303)

    return router


def routes_of_everybody(door: PasskeyDoor, sessions: StaffSessions) -> APIRouter:
    """Return the route that signs in."""
    router = PageRouter()

    @router.post("/sign-in/passkey")
    def sign_in(request: Request, form: Form) -> Response:
        account_id = door.owner(request, form)
        if account_id is None:
            return RedirectResponse("/sign-in?refused=passkey", 303)
        page = safe(form.get("then", ""))
        # The first page is by what whoever it is may do.
        response = RedirectResponse("/" if page == "/desk" else page, 303)
        sessions.start(request, response, account_id, is_confirmed=True)
        return response

    return router
