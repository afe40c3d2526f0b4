"""Styles put inline without the network, watched by a server that counts requests."""

import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Thread

import pytest
from premailer import Premailer

from digest.errors import RenderError
from digest.render.email.inliner import OfflinePremailer, inline_styles

PAGE = "<!DOCTYPE html>\n<html><head>{}</head><body><p>Hello</p></body></html>"


class Listener:
    """A server on the loopback that answers nothing and counts who calls."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.calls = 0
        self._thread = Thread(target=self._listen)
        self._thread.start()

    def _listen(self) -> None:
        while True:
            caller, _ = self._socket.accept()
            with caller:
                if caller.recv(1024) == b"stop":
                    return
                self.calls += 1
                caller.sendall(b"HTTP/1.0 200 OK\r\nContent-Type: text/css\r\n\r\n")

    def stop(self) -> None:
        """Stop listening."""
        with socket.create_connection(("127.0.0.1", self.port)) as last:
            last.sendall(b"stop")
        self._thread.join()
        self._socket.close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    """Yield a listener of the test's own."""
    fake_server = Listener()
    yield fake_server
    fake_server.stop()


def asking(port: int) -> str:
    """Return a page whose style sheet asks for another one."""
    return PAGE.format(f"<style>@import url(http://127.0.0.1:{port}/x.css);</style>")


def bare(html: str) -> None:
    """Inline as premailer does by itself, told to stay off the network."""
    Premailer(html, allow_network=False, cache_css_parsing=False).transform()


def guarded(html: str) -> None:
    """Inline with our premailer, without looking at the page first."""
    OfflinePremailer(html, allow_network=False).transform()


def refused(html: str) -> None:
    """Inline as we do, which refuses such a page."""
    with pytest.raises(RenderError, match="@import"):
        inline_styles(html)


@pytest.mark.parametrize(
    ("inline", "calls"),
    [
        pytest.param(bare, 1, id="a bare premailer asks"),
        pytest.param(guarded, 0, id="ours cannot"),
        pytest.param(refused, 0, id="and is not tried"),
    ],
)
def test_no_style_sheet_is_ever_fetched(
    listener: Listener, inline: Callable[[str], None], calls: int
) -> None:
    inline(asking(listener.port))

    assert listener.calls == calls


def test_no_style_sheet_is_fetched_in_a_thread(listener: Listener) -> None:
    pages = [asking(listener.port).replace("Hello", f"Hello {n}") for n in range(8)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(guarded, pages))

    assert listener.calls == 0


@pytest.mark.parametrize(
    ("head", "words"),
    [
        pytest.param("<script>alert(1)</script>", "<script>", id="a script"),
        pytest.param(
            '<link rel="stylesheet" href="https://example.org/x.css">',
            "<link>",
            id="a linked sheet",
        ),
        pytest.param('<base href="https://example.org">', "<base>", id="a base"),
        pytest.param("<style>@\\import 'x';</style>", "@import", id="escaped"),
        pytest.param(
            '<style data-premailer="ignore">@import "x";</style>',
            "@import",
            id="in a kept sheet",
        ),
        pytest.param("<style>p{color:red!important}</style>", "!important", id="!"),
        pytest.param("<style>@media print{p{color:red}}</style>", "@", id="@media"),
        pytest.param("<style>p{color:var(--x)}</style>", "var(", id="a variable"),
    ],
)
def test_what_would_be_fetched_run_or_lost_is_refused(head: str, words: str) -> None:
    with pytest.raises(RenderError, match=r"take it out|data-premailer") as refusal:
        inline_styles(PAGE.format(head))

    assert words in str(refusal.value)


def test_rules_go_inline_and_kept_sheets_stay() -> None:
    media_rule = "@media (max-width: 480px) { p { color: red !important } }"
    page = inline_styles(
        PAGE.format(
            "<style>p{color:#123456}</style>"
            f'<style data-premailer="ignore">{media_rule}</style>'
        )
    )

    assert page.startswith("<!DOCTYPE html>")
    assert '<p style="color:#123456">Hello</p>' in page
    assert media_rule in page


def test_words_about_style_sheets_are_only_words() -> None:
    page = PAGE.replace("Hello", "Write @import or &lt;script&gt; or !important")

    assert "@import" in inline_styles(page.format(""))
