"""The menu of staff's pages: a row for each part of the desk that there is."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MenuLink:
    """One part of the desk; its pages say `here` to have it marked."""

    here: str
    words: str
    address: str


MENU = (
    MenuLink("today", "Today", "/desk"),
    MenuLink("log", "Posts", "/desk/log"),
    MenuLink("runs", "Runs", "/desk/runs"),
    MenuLink("inbox", "Practice inbox", "/inbox"),
)
