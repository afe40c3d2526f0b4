"""Help: where to go for what, and whom to ask, as far as each of staff may go."""

from fastapi import APIRouter, Response

from digest.bootstrap import App
from digest.model.roles import Right, Role
from digest.store.staff import accounts
from digest.web.doors.rights import needs
from digest.web.parts import visitor
from digest.web.parts.pages import Pages
from digest.web.parts.routing import PageRouter

# What somebody wants, where that is done, and what they need to be allowed.
_WISHES = (
    ("See what goes out next, and what needs you", "/desk", Right.LOOK),
    ("Make a campaign, step by step", "/desk/start", Right.EDIT),
    ("Look at the next edition, and arrange it", "/desk/editions", Right.LOOK),
    ("Write a post, or take one out", "/desk/log", Right.LOOK),
    ("Stop an edition that is going out", "/desk/runs", Right.LOOK),
    ("Find somebody, and change or stop what they get", "/desk/people", Right.PEOPLE),
    ("Bring in a spreadsheet of people", "/desk/imports", Right.PEOPLE),
    ("See whom we do not reach any more", "/desk/returns", Right.PEOPLE),
    ("Print and post letters", "/post", Right.POST_ROOM),
    ("Write down a letter that came back", "/post/returned", Right.POST_ROOM),
    ("Do what somebody ticked on a reply slip", "/post/slips", Right.POST_ROOM),
    ("Ring readers", "/post/calls", Right.POST_ROOM),
    ("Go live, or see what is lacking", "/desk/golive", Right.LOOK),
    (
        "Ask somebody in, or say what they may do",
        "/desk/settings/users",
        Right.ADMINISTER,
    ),
    ("Change your password or your phone", "/account", Right.OWN_ACCOUNT),
)


def routes(digest: App, pages: Pages) -> APIRouter:
    """Return the route."""
    router = PageRouter()

    @router.api_route("/desk/help", methods=["GET", "HEAD"])
    @needs(Right.OWN_ACCOUNT)
    def show() -> Response:
        with digest.reading() as connection:
            everybody = accounts.listed(connection)
        session = visitor.session()
        admins = [
            each
            for each in everybody
            if each.role is Role.ADMIN and each.ended_at is None
        ]
        return pages.page(
            "desk/help.html",
            here="help",
            wishes=[each for each in _WISHES if visitor.may_do(each[2])],
            admins=[
                each for each in admins if not session or each.id != session.account.id
            ],
            operators=digest.settings.operators,
        )

    return router
