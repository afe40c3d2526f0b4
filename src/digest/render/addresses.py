"""Addresses fit to stand in a message: four schemes, ASCII, the same everywhere."""

import re
from urllib.parse import quote, urlsplit, urlunsplit

# All that RFC 3986 allows, and "%" so that nothing is encoded twice.
_LEGAL = "%/:=&?~#+!$,;'@()*[]"
_WEB = frozenset({"http", "https"})
_OTHER = frozenset({"mailto", "tel"})


def link_address(href: str) -> str:
    """Return the address in ASCII, or "" where it is none a reader should follow.

    Only http, https, mailto and tel lead anywhere; a host in other letters
    gets its ASCII form.
    """
    href = "".join(href.split())
    try:
        parts = urlsplit(href)
        if parts.scheme in _OTHER:
            return quote(href, safe=_LEGAL)
        if parts.scheme not in _WEB or not parts.hostname:
            return ""
        host = parts.netloc
        if not host.isascii():
            host = host.encode("idna").decode("ascii")
        return quote(urlunsplit(parts._replace(netloc=host)), safe=_LEGAL)
    except ValueError:
        return ""


def web_address(url: str) -> str:
    """Return the http(s) address in ASCII, or "" where it is none."""
    address = link_address(url)
    return address if address.startswith(("http:", "https:")) else ""


def phone_address(number: str) -> str:
    """Return the tel: address of a number as people write it."""
    plus = "+" if number.strip().startswith("+") else ""
    return f"tel:{plus}{re.sub('[^0-9]', '', number.replace('(0)', ''))}"


def spoken(href: str) -> str:
    """Return an address as one shows it in plain text: without mailto: or tel:."""
    return re.sub("^(mailto|tel):", "", href)
