"""Make the pages' first style sheet: `python -m tests.govuk_sheet [TARBALL]`.

src/digest/web/static/govuk.css is what this makes of the npm package that is named
here, and is in the repository, so that whoever installs Digest needs no Node. The
tarball is fetched by npm where none is named, and refused where it is another. With
--check nothing is written, and the status is 1 where the file is not what is made.
"""

import base64
import hashlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

SHEET = Path(__file__).parents[1] / "src" / "digest" / "web" / "static" / "govuk.css"
# What govuk-frontend-jinja 4.1.0 is made for.
PACKAGE = "govuk-frontend@6.3.0"
INTEGRITY = (
    "sha512-cXIQxm5PHCsbic47GXZrVBZhAeeshTLRL6ZBKilLsR6rMCjJuWb7Fruq0VUNMBJFlJk/"
    "srsRj/q8d5bM9cgKoA=="
)
MEMBER = "package/dist/govuk/govuk-frontend.min.css"
NOTICE = (
    "/*! GOV.UK Frontend 6.3.0, MIT licence, Crown Copyright (Government Digital "
    "Service); changed and made by tests/govuk_sheet.py: do not edit. */\n"
)
FONTS = (
    '"Atkinson Hyperlegible Next","Atkinson Hyperlegible",system-ui,-apple-system,'
    '"Segoe UI",Roboto,"Noto Sans",Arial,sans-serif'
)
# Their brand, and what is asked for by government alone.
NOT_OURS = (
    *("govuk-header", "govuk-footer", "govuk-logo", "govuk-cookie-banner"),
    *("govuk-exit-this-page", "govuk-crest", "govuk-phase-banner"),
)
# A colour that the sheet says outright becomes a token of app.css, where each has its
# dark value; the first pattern that fits decides.
TOKENS = (
    (r"box-shadow:0 2px 0 #083d29", "box-shadow:0 2px 0 var(--d-fill-edge)"),
    (r"box-shadow:0 2px 0 #651b1b", "box-shadow:0 2px 0 var(--d-danger-edge)"),
    (r"(?<![-\w])color:#fff", "color:var(--d-on-fill)"),
    (r"border-color:#fff", "border-color:var(--d-on-fill)"),
    (r"#fff\b", "var(--govuk-body-background-colour)"),
    (r"#0b0c0c", "var(--govuk-text-colour)"),
    (r"#f3f3f3|#f4f8fb", "var(--d-wash)"),
    (r"#cecece", "var(--d-wash-deep)"),
    (r"#858686", "var(--d-edge)"),
    (r"#0f7a52", "var(--d-fill)"),
    (r"#0b5c3e", "var(--d-fill-hover)"),
    (r"#ca3535", "var(--d-danger)"),
    (r"#982828", "var(--d-danger-hover)"),
    (r"#1d70b8", "var(--govuk-brand-colour)"),
    (r"#0f385c|#0b4144", "var(--d-blue-ink)"),
    (r"#d2e2f1|#d0e6e7", "var(--d-blue)"),
    (r"#083d29", "var(--d-green-ink)"),
    (r"#cfe4dc", "var(--d-green)"),
    (r"#2a1950|#651b3e", "var(--d-violet-ink)"),
    (r"#ddd6ec|#f4d7e5", "var(--d-violet)"),
    (r"#651b1b", "var(--d-red-ink)"),
    (r"#f4d7d7", "var(--d-red)"),
    (r"#7a3c1c", "var(--d-amber-ink)"),
    (r"#fde4d7|#ffee80", "var(--d-amber)"),
)
# None of these may be left: a font, a mark or an address of theirs, a bare colour.
LEFTOVERS = re.compile(r"GDS|crest|crown|@import|@font-face|url\(|#[0-9a-fA-F]{3,8}\b")


def rebranded(sheet: str) -> str:
    """Return the package's sheet without their brand, each colour a token of ours.

    Raises ValueError, naming it, for what it does not know how to change.
    """
    text = sheet.removeprefix('@charset "UTF-8";')
    text = re.sub(r"@font-face\{[^}]*\}", "", text)
    text = re.sub(r"GDS Transport(,arial,sans-serif)?", FONTS, text)
    text = re.sub(r"/\*# sourceMappingURL.*", "", text)
    text = re.sub(r"(var\(--govuk-[a-z-]+),#[0-9a-f]+\)", r"\1)", text)
    text = re.sub(r"([^{}]+)\{([^{}]*)\}", _ours, text)
    # On paper too our font is ours.
    text = re.sub(r"font-family:sans-serif;?", "", text)
    for _rules_then_media in range(2):
        text = re.sub(r"[^{}]+\{\}", "", text)
    # Their own values stand in :root, which comes first; app.css says others.
    head, brace, body = text.partition("}")
    for pattern, token in TOKENS:
        body = re.sub(pattern, token, body)
    if leftover := LEFTOVERS.search(body):
        around = body[max(0, leftover.start() - 60) : leftover.end() + 20]
        raise ValueError(f"the sheet has {leftover[0]}, see ...{around}...")
    return NOTICE + head + brace + body.strip() + "\n"


def _ours(rule: re.Match[str]) -> str:
    """Return the rule for the selectors that pages of ours may have."""
    selectors = [
        selector
        for selector in rule[1].split(",")
        if not any(f".{name}" in selector for name in NOT_OURS)
    ]
    return f"{','.join(selectors)}{{{rule[2]}}}" if selectors else ""


def sheet_in(tarball: Path) -> str:
    """Return the package's sheet; raises ValueError for another tarball than ours."""
    digest = base64.b64encode(hashlib.sha512(tarball.read_bytes()).digest()).decode()
    if f"sha512-{digest}" != INTEGRITY:
        raise ValueError(
            f"{tarball.name} is not {PACKAGE} as it was when it was chosen"
        )
    with tarfile.open(tarball) as package:
        member = package.extractfile(MEMBER)
        if member is None:
            raise ValueError(f"{tarball.name} has no {MEMBER}")
        return member.read().decode()


def fetch(folder: Path) -> Path:
    """Return the tarball, put into the folder. Raises LookupError where npm cannot."""
    npm = shutil.which("npm")
    if npm is None:
        raise LookupError(f"no npm: name the tarball of {PACKAGE}")
    command = [npm, "pack", PACKAGE, "--silent", "--pack-destination", str(folder)]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=60)  # noqa: S603 - fixed words
    except (subprocess.SubprocessError, OSError) as problem:
        raise LookupError(f"npm cannot fetch {PACKAGE}: {problem}") from problem
    return next(folder.glob("*.tgz"))


def make(tarball: Path | None = None) -> str:
    """Return the sheet as it is to be, of that tarball or of one that npm fetches."""
    with tempfile.TemporaryDirectory() as folder:
        return rebranded(sheet_in(tarball or fetch(Path(folder))))


def main(words: list[str]) -> int:
    """Write the sheet, or with --check say whether it is as it should be."""
    paths = [Path(word) for word in words if word != "--check"]
    sheet = make(*paths[:1])
    if "--check" not in words:
        SHEET.write_text(sheet)
    elif SHEET.read_text() != sheet:
        print(f"{SHEET.name} is not what is made of {PACKAGE}: make stylesheet")  # noqa: T201 - what it is for
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
