"""Email addresses: which are fit to write to, and which are the same."""

import re

from email_validator import EmailNotValidError, validate_email

from digest.audience import limits

# What email-validator accepts and leaves as it is, at a tenth of its time. All
# else goes to it: other scripts, "--", reserved domains, anything near a limit.
_PLAIN = re.compile(
    r"(?!.*--)(?=.{6,200}\Z)"
    r"[a-z0-9_+-]{1,32}(?:\.[a-z0-9_+-]{1,20}){0,1}"
    r"@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,5}"
    r"(?!arpa|invalid|local|localhost|onion|test|xn)[a-z]{2,24}",
    re.IGNORECASE | re.ASCII,
)
# What parts two addresses that stand in one cell.
_SEVERAL = re.compile(r"[\s,;/]|\bor\b")


def email_key(address: str) -> str:
    """Return what an address is known by: ann@BÜCHER.example and Ann@xn--… alike.

    The local part in small letters and the domain in IDNA's ASCII form.
    Raises ValueError, in plain words, for what is no address.
    """
    if _PLAIN.fullmatch(address):
        return address.lower()
    if "," in address and _PLAIN.fullmatch(meant := address.replace(",", ".")):
        raise ValueError(f"has a comma, “{address}”: did you mean {meant}?")
    if address.count("@") > 1 and _SEVERAL.search(address):
        raise ValueError("holds several addresses: keep one, as each is one person's")
    try:
        # One more than may be, so that it is refused as too long.
        start = address[: limits.EMAIL_CHARACTERS + 1]
        checked = validate_email(start, check_deliverability=False)
    except EmailNotValidError as problem:
        # The library's words name what is wrong, and never what to do.
        wrong = str(problem).rstrip(".").replace(": ", " ")
        wrong = wrong.replace("period", "full stop")
        raise ValueError(f"{wrong}: write one like ann@example.org") from problem
    if len(checked.local_part.encode()) > limits.EMAIL_LOCAL_BYTES:
        raise ValueError(f"has over {limits.EMAIL_LOCAL_BYTES} letters before the @")
    return f"{checked.local_part.lower()}@{checked.ascii_domain.lower()}"
