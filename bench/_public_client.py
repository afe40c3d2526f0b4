"""Whoever leaves: python bench/_public_client.py OURS BARE, with paths on stdin.

Posts each path to both ports in turns, on one connection each, and prints the
milliseconds of every answer.
"""

import http.client
import json
import sys
from time import perf_counter

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def _main(ours: str, bare: str) -> None:
    connections = {
        name: http.client.HTTPConnection("127.0.0.1", int(port))
        for name, port in (("ours", ours), ("bare", bare))
    }
    spent: dict[str, list[float]] = {name: [] for name in connections}
    for path in json.load(sys.stdin):
        for name, connection in connections.items():
            began = perf_counter()
            connection.request("POST", path, "List-Unsubscribe=One-Click", FORM)
            answer = connection.getresponse()
            answer.read()
            spent[name].append((perf_counter() - began) * 1000)
            if answer.status != 200:
                raise SystemExit(f"{name} answered {answer.status}")
    print(json.dumps(spent))


if __name__ == "__main__":
    _main(*sys.argv[1:])
