"""Writes the calls of the API into their page, from what the API says of itself."""

import sys
from pathlib import Path
from typing import Any, cast

from digest.bootstrap import App
from digest.web.api.application import make_api

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "reference" / "api.md"
BEGINS = "<!-- the calls: make api-page -->\n"


def described() -> dict[str, Any]:
    """Return the description of the API, which depends on no program."""
    return make_api(cast(App, None)).openapi()


def calls() -> str:
    """Return a table for each part of the API, a line for each call."""
    parts: dict[str, list[str]] = {}
    for path, methods in described()["paths"].items():
        for method, call in methods.items():
            [[scope]] = [each["HTTPBearer"] for each in call["security"]]
            words = " ".join(call["description"].split()).rstrip(".")
            parts.setdefault(call["tags"][0], []).append(
                f"| `{method.upper()} /api{path}` | `{scope}` | "
                f"{words[0].lower()}{words[1:]} |"
            )
    head = "| call | scope | does |\n|---|---|---|\n"
    return "\n".join(
        f"### {part}\n\n{head}" + "\n".join(lines) + "\n"
        for part, lines in parts.items()
    )


def main(arguments: list[str]) -> int:
    """Write the page, or with --check say whether it is up to date."""
    before, _, _ = PAGE.read_text().partition(BEGINS)
    text = f"{before}{BEGINS}\n{calls()}"
    if arguments != ["--check"]:
        PAGE.write_text(text)
    elif PAGE.read_text() != text:
        print(f"{PAGE.relative_to(ROOT)} is not what the API says: make api-page")  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
