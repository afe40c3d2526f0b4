"""What axe finds on a page: by WCAG 2.2 to level AA, and by its best practice."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# Named, as some rules of WCAG 2.2 are asked for by name alone.
_RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


def violations(page: Page) -> list[tuple[str, str]]:
    """Return each rule that is broken, and the first part of the page that does."""
    result = Axe().run(page, options={"runOnly": list(_RULES)})
    return [
        (fault["id"], fault["nodes"][0]["html"])
        for fault in result.response["violations"]
    ]
