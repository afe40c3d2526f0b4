"""A relay that hands every byte on a fixed time later, each way: a link's delay.

python bench/_relay.py PORT-TO MILLISECONDS prints the port it listens on; and when a
connection ends, a line with its round trips: how often it spoke again once answered.
"""

import asyncio
import sys
from collections.abc import Callable


class _RoundTrips:
    """How often the near end speaks after the far end has."""

    def __init__(self) -> None:
        self.count = 0
        self._is_answered = True

    def near(self) -> None:
        """Note that the near end speaks."""
        self.count += self._is_answered
        self._is_answered = False

    def far(self) -> None:
        """Note that the far end speaks."""
        self._is_answered = True


async def _carry(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    delay: float,
    on_words: Callable[[], None],
) -> None:
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

    async def hand_on() -> None:
        while True:
            due, words = await queue.get()
            await asyncio.sleep(due - loop.time())
            if not words:
                writer.close()
                return
            writer.write(words)
            await writer.drain()

    handing_on = asyncio.create_task(hand_on())
    words = b"-"
    while words:
        try:
            words = await reader.read(65_536)
        except OSError:
            words = b""
        if words:
            on_words()
        queue.put_nowait((loop.time() + delay, words))
    await handing_on


async def _serve(port: int, delay: float) -> None:
    async def on_connection(
        near_reader: asyncio.StreamReader, near_writer: asyncio.StreamWriter
    ) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
        round_trips = _RoundTrips()
        await asyncio.gather(
            _carry(near_reader, far_writer, delay, round_trips.near),
            _carry(far_reader, near_writer, delay, round_trips.far),
            return_exceptions=True,
        )
        print(round_trips.count, flush=True)

    server = await asyncio.start_server(on_connection, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), float(sys.argv[2]) / 1000))
