"""Who can do what: people asked in, given another role, let in no more."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Connection

from digest.audience.emails import email_key
from digest.bootstrap import App
from digest.errors import DigestError
from digest.model.roles import ROLE_WORDS, Right, Role
from digest.model.staff_words import moment_in_words
from digest.staff import entrance
from digest.store.staff import accounts, second_steps
from digest.store.staff.accounts import Account
from digest.web.doors.rights import Staff, needs
from digest.web.parts.inputs import FormFields, RowId, form_fields
from digest.web.parts.pages import Pages
from digest.web.parts.routing import PageRouter

Form = Annotated[FormFields, Depends(form_fields)]
_HERE = "/desk/settings/users"
_READ = ["GET", "HEAD"]
_DONE = {
    "role": "They have another role now",
    "end": "They can sign in no more, and are signed out everywhere",
    "letters": "They see other letters in the post room now",
    "nothing": "That was so already",
}
_EITHER = "Type whose letters they see, or tick those of people who have nobody"
_ROLES = {role.value: role for role in Role}


def routes(digest: App, pages: Pages) -> APIRouter:
    """Return the routes."""
    router = PageRouter(prefix=_HERE)
    users = _Users(digest, pages)

    @router.api_route("", methods=_READ)
    @needs(Right.ADMINISTER)
    def listed(done: str = "") -> Response:
        return users.listed({}, {}, _DONE.get(done, ""))

    @router.post("")
    @needs(Right.ADMINISTER)
    def ask_in(staff: Staff, form: Form) -> Response:
        return users.ask_in(staff, form)

    @router.api_route("/{account_id}", methods=_READ)
    @needs(Right.ADMINISTER)
    def user(account_id: RowId) -> Response:
        return users.user_page(account_id)

    _add_changes(router, digest, users)
    return router


def _add_changes(router: APIRouter, digest: App, users: "_Users") -> None:
    @router.post("/{account_id}/role")
    @needs(Right.ADMINISTER)
    def change_role(staff: Staff, account_id: RowId, form: Form) -> Response:
        role = _ROLES.get(form.get("role", ""))
        if role is None:
            return users.user_page(account_id, {"role": "Choose what they may do"})
        return users.perform(
            staff,
            account_id,
            "role",
            lambda c: accounts.change_role(c, account_id, role, digest.now()),
        )

    @router.post("/{account_id}/letters")
    @needs(Right.ADMINISTER)
    def change_letters(staff: Staff, account_id: RowId, form: Form) -> Response:
        typed = form.get("organiser", "").strip()
        theirs = "" if "unassigned" in form else typed or None
        if typed and "unassigned" in form:
            return users.user_page(account_id, {"organiser": _EITHER})
        return users.perform(
            staff,
            account_id,
            "letters",
            lambda c: accounts.change_organiser(c, account_id, theirs, digest.now()),
        )

    @router.post("/{account_id}/end")
    @needs(Right.ADMINISTER)
    def end(staff: Staff, account_id: RowId) -> Response:
        return users.perform(
            staff,
            account_id,
            "end",
            lambda c: accounts.end(c, account_id, digest.now()),
        )

    @router.post("/{account_id}/link")
    @needs(Right.ADMINISTER)
    def link(staff: Staff, account_id: RowId, form: Form) -> Response:
        return users.link(staff, account_id, has_lost_it="lost" in form)


class _Users:
    """What the pages of people who sign in do."""

    def __init__(self, digest: App, pages: Pages) -> None:
        self._digest = digest
        self._pages = pages

    def listed(
        self, typed: FormFields, faults: dict[str, str], done: str = ""
    ) -> Response:
        """Return everybody, and the form that asks somebody in."""
        with self._digest.reading() as connection:
            every = accounts.listed(connection)
        return self._pages.page(
            "desk/settings/users.html",
            here="settings",
            status=422 if faults else 200,
            users=[self._row(each) for each in every],
            roles=_choices(),
            typed=dict(typed),
            faults=faults,
            done=done,
        )

    def ask_in(self, staff: Account, form: FormFields) -> Response:
        """Make an account and its link, which is mailed where mail leaves."""
        role, name = _ROLES.get(form.get("role", "")), form.get("name", "").strip()
        faults = {} if name else {"name": "Type what others know them by"}
        key = ""
        try:
            key = email_key(form.get("email", "").strip())
        except ValueError as problem:
            faults["email"] = f"Type an email address: {problem}"
        if role is None:
            faults["role"] = "Choose what they may do"
        if faults or role is None:
            return self.listed(form, faults)
        now = self._digest.now()
        try:
            with self._digest.acting_as(staff.actor).writing() as connection:
                number = entrance.ask_in(connection, key, name, role, now)
                who = accounts.by_email(connection, key)
        except DigestError as problem:
            return self.listed(form, {"email": f"{problem}"})
        return self._handed_over(who, number)

    def link(self, staff: Account, account_id: int, *, has_lost_it: bool) -> Response:
        """Make another link for somebody, whose second step may be lost."""
        now = self._digest.now()
        with self._digest.acting_as(staff.actor).writing() as connection:
            who = accounts.get(connection, account_id)
            if who.ended_at is not None:
                accounts.bring_back(connection, account_id, now)
                who = accounts.get(connection, account_id)
            if has_lost_it:
                second_steps.take_away(connection, account_id, now)
            number = entrance.ask_again(connection, who, now)
        return self._handed_over(who, number)

    def user_page(
        self, account_id: int, faults: dict[str, str] | None = None, problem: str = ""
    ) -> Response:
        """Return one person's page. Raises NotFound in words."""
        with self._digest.reading() as connection:
            who = accounts.get(connection, account_id)
        return self._pages.page(
            "desk/settings/user.html",
            here="settings",
            status=422 if faults else 409 if problem else 200,
            user=self._row(who),
            roles=_choices(),
            faults=faults or {},
            problem=problem,
        )

    def perform(
        self,
        staff: Account,
        account_id: int,
        done: str,
        change: Callable[[Connection], bool],
    ) -> Response:
        """Do it, and return to the list; the person's page where it cannot be done."""
        try:
            with self._digest.acting_as(staff.actor).writing() as connection:
                has_changed = change(connection)
        except DigestError as problem:
            return self.user_page(account_id, problem=str(problem))
        return RedirectResponse(
            f"{_HERE}?done={done if has_changed else 'nothing'}", 303
        )

    def _handed_over(self, who: Account, number: int) -> Response:
        address = self._digest.links.account_url(number)
        lasts = "an hour" if who.has_password else "three days"
        lines = [
            f"{who.name}, with this link you come in to Digest:",
            "",
            address,
            "",
            f"It works once, for {lasts}. If you did not expect it, do nothing.",
        ]
        why_not = self._digest.staff_mail.send(
            who.email, "Your way in to Digest", lines, self._digest.now()
        )
        return self._pages.page(
            "desk/settings/link.html",
            here="settings",
            user=self._row(who),
            address=address,
            lasts=lasts,
            why_not=why_not,
        )

    def _row(self, who: Account) -> dict[str, Any]:
        last_seen, zone = who.seen_at, self._digest.settings.timezone
        return {
            "id": who.id,
            "name": who.name,
            "email": who.email,
            "role": who.role.value,
            "role_words": ROLE_WORDS[who.role],
            "has_ended": who.ended_at is not None,
            "is_asked_in": not who.has_password and who.ended_at is None,
            "has_password": who.has_password,
            "has_second_step": who.has_second_step,
            "is_organiser": who.role is Role.ORGANISER and not who.unknown_role,
            "unknown_role": who.unknown_role,
            "login_name": who.login_name,
            "organiser": who.organiser,
            "seen": moment_in_words(last_seen, zone) if last_seen else "",
        }


def _choices() -> list[tuple[str, str, str]]:
    return [(role.value, role.value.capitalize(), ROLE_WORDS[role]) for role in Role]
