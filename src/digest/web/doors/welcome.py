"""The pages behind a link: the first account, an invitation, another password."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from digest.audience.emails import email_key
from digest.bootstrap import App
from digest.errors import NotFound
from digest.staff import entrance
from digest.staff.entrance import Newcomer, RefusedPassword
from digest.store.staff import account_links, accounts
from digest.store.staff.account_links import AccountLink, LinkPurpose
from digest.store.staff.accounts import Account
from digest.web.doors.sessions import StaffSessions
from digest.web.parts.inputs import FormFields, form_fields
from digest.web.parts.pages import Pages
from digest.web.parts.routing import PageRouter

_NOT_WHOLE = "This link is not whole. Copy all of it, to its last letter."
_ONE_IS_THERE = "There is an account by now. Its owner can ask you in."
_Faults = dict[str, str]


def routes(digest: App, pages: Pages, sessions: StaffSessions) -> APIRouter:
    """Return the routes."""
    router = PageRouter(prefix="/welcome")
    links = _Links(digest, pages, sessions)

    @router.api_route("/{token}", methods=["GET", "HEAD"])
    def ask(token: str) -> Response:
        return links.page(links.opened(token), {}, {})

    @router.post("/{token}")
    def take_up(
        request: Request,
        token: str,
        form: Annotated[FormFields, Depends(form_fields)],
    ) -> Response:
        return links.take_up(request, links.opened(token), form)

    return router


@dataclass(frozen=True, slots=True)
class _OpenedLink:
    """A link that is good, and whose it is; the first account's is nobody's yet."""

    link: AccountLink
    owner: Account | None


@dataclass(frozen=True, slots=True)
class _Links:
    digest: App
    pages: Pages
    sessions: StaffSessions

    def opened(self, token: str) -> _OpenedLink:
        """Return the link of that address. Raises NotFound in words."""
        link_id = self.digest.links.read_account_token(token)
        if link_id is None:
            raise NotFound(_NOT_WHOLE)
        with self.digest.reading() as connection:
            link = account_links.unused(connection, link_id, self.digest.now())
            if link.account_id is not None:
                return _OpenedLink(link, accounts.get(connection, link.account_id))
            if accounts.exists(connection):
                raise NotFound(_ONE_IS_THERE)
            return _OpenedLink(link, None)

    def page(self, opened: _OpenedLink, typed: FormFields, faults: _Faults) -> Response:
        """Return the page, with what was typed and what is wrong, by field."""
        return self.pages.page(
            "doors/welcome.html",
            status=422 if faults else 200,
            owner=opened.owner,
            is_reset=opened.link.purpose is LinkPurpose.RESET,
            typed={name: typed.get(name, "") for name in ("name", "email")},
            faults=faults,
        )

    def take_up(
        self, request: Request, opened: _OpenedLink, form: FormFields
    ) -> Response:
        """Let somebody in by the password that they chose."""
        newcomer, faults = (None, {}) if opened.owner else _newcomer(form)
        name, email = _known_as(opened.owner or newcomer)
        hashed = ""
        try:
            hashed = entrance.checked(form.get("password", ""), name, email)
        except RefusedPassword as problem:
            faults["password"] = str(problem)
        if faults:
            return self.page(opened, form, faults)
        with self.digest.acting_as(name).writing() as connection:
            account_id = entrance.take_up(
                connection, opened.link, hashed, self.digest.now(), newcomer
            )
            owner = accounts.get(connection, account_id)
        following = "/sign-in/code" if owner.has_second_step else "/account/second-step"
        response = RedirectResponse(following, 303)
        self.sessions.start(
            request, response, owner.id, is_confirmed=not owner.has_second_step
        )
        return response


def _newcomer(form: FormFields) -> tuple[Newcomer | None, _Faults]:
    """Return whose the first account is to be, and what is wrong, by field."""
    name, email = " ".join(form.get("name", "").split()), form.get("email", "").strip()
    faults = {} if name else {"name": "Type your name: others know you by it"}
    try:
        return Newcomer(name, email_key(email)), faults
    except ValueError as problem:
        return None, faults | {"email": f"Type your email address: {problem}"}


def _known_as(who: Account | Newcomer | None) -> tuple[str, str]:
    return (who.name, who.email) if who else ("", "")
