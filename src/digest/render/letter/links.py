"""Links on paper: the words stay in the sentence, a short address follows them."""

from collections.abc import Callable
from urllib.parse import unquote

from digest.render.limits import PRINTED_ADDRESS_LENGTH

Shorten = Callable[[str], str]


def readable(href: str) -> str:
    """Return the address as it is said aloud: without scheme, "www." and last slash."""
    scheme, _, rest = href.partition(":")
    if scheme.lower() in {"mailto", "tel"}:
        return unquote(rest.partition("?")[0])
    bare = rest.removeprefix("//") if scheme.lower() in {"http", "https"} else href
    return bare.removeprefix("www.").rstrip("/")


class PrintedAddresses:
    """Gives each link of one post its printed address, once."""

    def __init__(self, shorten: Shorten) -> None:
        self._shorten = shorten
        self._given: set[str] = set()

    def printed(self, href: str) -> str:
        """Return what to print for the address; a long one is made short."""
        self._given.add(href)
        plain = readable(href)
        if len(plain) <= PRINTED_ADDRESS_LENGTH or not href.lower().startswith("http"):
            return plain
        return readable(self._shorten(href))

    def after(self, words: str, href: str) -> str:
        """Return what follows the words of a link: nothing where they are its address.

        Nothing either where this post has given the address before.
        """
        address = "".join(readable(href).split()).casefold()
        text = "".join(words.split()).casefold()
        is_there = text.endswith(address) or _is_same_phone(words, href)
        if href in self._given or is_there:
            self._given.add(href)
            return ""
        return self.printed(href)

    def has_given(self, href: str) -> bool:
        """Whether the post has given this address already."""
        return href in self._given


def _is_same_phone(words: str, href: str) -> bool:
    """Whether the words are the number that a tel: address rings, +44 or 0 first."""
    if not href.lower().startswith("tel:"):
        return False
    number, rung = ("".join(filter(str.isdecimal, text)) for text in (words, href))
    return len(number) > 9 and number[-9:] == rung[-9:]
