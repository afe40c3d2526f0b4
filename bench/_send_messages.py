"""Messages of many sizes for the benchmark of sending, rendered by the product."""

from dataclasses import replace
from functools import lru_cache

from _send_rows import AT
from merge import a_post, a_reader, an_edition

from digest.model.editions.compiled_message import CompiledMessage
from digest.model.formats import HTML, PLAIN, Format
from digest.render.email.compile import compile_email
from digest.render.options import RenderOptions

MOST_POSTS = 64


def size_kb(message: CompiledMessage) -> float:
    """Return how large a reader's copy of it is."""
    return len(message.merge(a_reader(1))) / 1024


@lru_cache(maxsize=8)
def message_of(kb: int) -> CompiledMessage:
    """Return an edition with as many posts as fit into so many KB, and one at least.

    Where not even one fits as HTML it is in plain text.
    """
    format_ = HTML if size_kb(_with(1, HTML)) <= kb else PLAIN
    least, beyond = 1, MOST_POSTS
    while beyond - least > 1:
        middle = (least + beyond) // 2
        if size_kb(_with(middle, format_)) <= kb:
            least = middle
        else:
            beyond = middle
    return _with(least, format_)


def _with(posts: int, format_: Format) -> CompiledMessage:
    items = tuple(a_post(number) for number in range(posts))
    edition = replace(an_edition(), items=items, format=format_)
    return compile_email(edition, RenderOptions(AT))
