"""The menu of staff's pages: a row for each part of the desk that there is."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MenuLink:
    """One part of the desk; its pages say `here` to have it marked."""

    here: str
    words: str
    address: str
    right: str  # the name of a model.roles.Right


# Of those who see nothing but the post room: its pages, each by itself.
POST_ROOM_MENU = (
    MenuLink("post", "To do", "/post", "POST_ROOM"),
    MenuLink("returned", "Returned post", "/post/returned", "POST_ROOM"),
    MenuLink("slips", "Reply slips", "/post/slips", "POST_ROOM"),
    MenuLink("calls", "Calls", "/post/calls", "POST_ROOM"),
)
MENU = (
    MenuLink("today", "Today", "/desk", "LOOK"),
    MenuLink("campaigns", "Campaigns", "/desk/campaigns", "LOOK"),
    MenuLink("editions", "Editions", "/desk/editions", "LOOK"),
    MenuLink("log", "Posts", "/desk/log", "LOOK"),
    MenuLink("runs", "Runs", "/desk/runs", "LOOK"),
    MenuLink("people", "People", "/desk/people", "PEOPLE"),
    MenuLink("returns", "Returns", "/desk/returns", "PEOPLE"),
    MenuLink("post", "Post room", "/post", "POST_ROOM"),
    MenuLink("reports", "Reports", "/desk/reports", "LOOK"),
    MenuLink("inbox", "Practice inbox", "/inbox", "PEOPLE"),
    MenuLink("settings", "Settings", "/desk/settings/users", "ADMINISTER"),
)
