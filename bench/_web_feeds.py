"""Five hundred feeds on one port, told apart by host: python bench/_web_feeds.py.

Prints its port and serves until its standard input ends. A feed's host says how
it behaves, see `KINDS`; from its second reading on, where it has something to
say, so that the first can fill the log.
"""

import asyncio
import sys

from _feed_shapes import wordpress

POSTS = 10
SLOW_SECONDS = 10.0
# What the first part of a host's name means, and how many there are of them.
KINDS = {"same": 450, "news": 40, "slow": 5, "broken": 5}
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n"
BROKEN = (
    b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n",
    HEAD + b"Content-Length: 10000\r\n\r\ncut short",
    HEAD + b"Content-Length: 13\r\n\r\n<html></html>",
    b"220 mail.example.org ESMTP\r\n",
    b"",
)


class Feeds:
    """Answers by host; counts how often each has been asked."""

    def __init__(self, slow_seconds: float) -> None:
        self.slow_seconds = slow_seconds
        self.requests: dict[str, int] = {}

    async def answer(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Answer one request and hang up."""
        request = await reader.readuntil(b"\r\n\r\n")
        host = request.lower().partition(b"host: ")[2].partition(b":")[0].decode()
        kind, number = host.partition(".")[0].split("-")
        times = self.requests[host] = self.requests.get(host, 0) + 1
        if kind == "slow" and times > 1:
            await asyncio.sleep(self.slow_seconds)
        if kind == "broken":
            writer.write(BROKEN[int(number) % len(BROKEN)])
        else:
            writer.write(self.feed(kind, number, times, request))
        await writer.drain()
        writer.close()

    def feed(self, kind: str, number: str, times: int, request: bytes) -> bytes:
        """Return a feed, or that it is the same as before."""
        tag = f'"{times if kind == "news" else 1}"'
        if f"If-None-Match: {tag}\r\n".encode() in request:
            return b"HTTP/1.1 304 Not Modified\r\n\r\n"
        first = times if kind == "news" else 0
        content = wordpress(range(first, first + POSTS), f"{kind}-{number}")
        heads = f"ETag: {tag}\r\nContent-Length: {len(content)}\r\n\r\n"
        return HEAD + heads.encode() + content


async def serve(slow_seconds: float) -> None:
    """Serve until nobody is listening any more."""
    feeds = Feeds(slow_seconds)
    server = await asyncio.start_server(feeds.answer, "127.0.0.1", 0, backlog=1000)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(serve(float(sys.argv[1])))
