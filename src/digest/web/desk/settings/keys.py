"""Keys of programs: made for something, until a day, and revoked."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from fastapi.responses import RedirectResponse

from digest.bootstrap import App
from digest.errors import DigestError
from digest.model.roles import SCOPE_WORDS, USUAL_SCOPES, Right, Scope
from digest.model.staff_words import moment_in_words
from digest.staff.key_dates import start_of_day
from digest.store.staff import access_keys
from digest.store.staff.access_keys import NewKey
from digest.store.staff.accounts import Account
from digest.web.doors.rights import Staff, needs
from digest.web.parts.inputs import FormFields, form_fields
from digest.web.parts.pages import Pages
from digest.web.parts.routing import PageRouter

Form = Annotated[FormFields, Depends(form_fields)]
_HERE = "/desk/settings/keys"


def routes(digest: App, pages: Pages) -> APIRouter:
    """Return the routes."""
    router = PageRouter(prefix=_HERE)

    def page(typed: FormFields, fault: str = "", done: str = "") -> Response:
        now, zone = digest.now(), digest.settings.timezone
        with digest.reading() as connection:
            keys = access_keys.listed(connection)
        return pages.page(
            "desk/settings/keys.html",
            here="settings",
            status=422 if fault else 200,
            keys=[
                {
                    "name": key.name,
                    "scopes": " and ".join(SCOPE_WORDS[scope] for scope in key.scopes),
                    "used": moment_in_words(key.used_at, zone)
                    if key.used_at
                    else "never",
                    "state": key.state(now),
                    "may_be_revoked": key.revoked_at is None,
                }
                for key in keys
            ],
            scopes=[(f"scope-{scope}", words) for scope, words in SCOPE_WORDS.items()],
            typed=dict(typed) or {f"scope-{scope}": "yes" for scope in USUAL_SCOPES},
            faults={"name": fault} if fault else {},
            done="That key lets nobody in any more" if done == "revoked" else "",
        )

    @router.api_route("", methods=["GET", "HEAD"])
    @needs(Right.ADMINISTER)
    def listed(done: str = "") -> Response:
        return page({}, done=done)

    @router.post("")
    @needs(Right.ADMINISTER)
    def create(staff: Staff, form: Form) -> Response:
        try:
            secret = _create(digest, staff, form)
        except DigestError as problem:
            return page(form, str(problem))
        return pages.page(
            "desk/settings/key.html",
            here="settings",
            key_name=" ".join(form.get("name", "").split()),
            secret=secret,
        )

    @router.post("/revoke")
    @needs(Right.ADMINISTER)
    def revoke(staff: Staff, form: Form) -> Response:
        with digest.acting_as(staff.actor).writing() as connection:
            access_keys.revoke(connection, form.get("name", ""), digest.now())
        return RedirectResponse(f"{_HERE}?done=revoked", 303)

    return router


def _create(digest: App, staff: Account, form: FormFields) -> str:
    """Make the key that the form asks for, and return its secret."""
    now, ends = digest.now(), form.get("ends", "").strip()
    ends_at = start_of_day(ends, digest.settings.timezone, now) if ends else None
    scopes = tuple(scope for scope in Scope if f"scope-{scope}" in form)
    new = NewKey(form.get("name", ""), scopes, ends_at)
    with digest.acting_as(staff.actor).writing() as connection:
        return access_keys.create(connection, new, now)
