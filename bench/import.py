"""Taking in a list of 1,000,000 people, on both databases.

The peer is the bare driver: `executemany` of the very rows that come of it, ready in
memory, into the same tables with their indexes, in one transaction. It reads no file,
looks at no cell, knows nobody again and gives nobody a place. CPU time counts, the
database server's with it, as the two take turns and other work may be going on.
"""

import os
import resource
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any

from _import_rows import (
    TABLES,
    counted,
    ours,
    prepared,
    rows_of,
    write_list,
)
from _send_peers import HERE, postgresql_server
from harness import Result, main
from sqlalchemy import Engine

from digest.store.base.engine import open_engine

MANY = 20_000


def measure(quick: bool) -> Result:  # noqa: FBT001 - the harness's signature
    """Return what taking a list in costs, against a bare driver's insert."""
    people = 100_000 if quick else 1_000_000
    figures: dict[str, float] = {"people": people}
    ratios, missing = {}, {}
    with ExitStack() as ending:
        folder = Path(ending.enter_context(tempfile.TemporaryDirectory()))
        server = ending.enter_context(postgresql_server())
        if not server:
            missing["postgresql_vs_driver"] = "no PostgreSQL server here"
        for name in ("sqlite", *(("postgresql",) if server else ())):
            few = _compared(
                name, folder, server if name == "postgresql" else "", people // 10
            )
            many = _compared(
                name, folder, server if name == "postgresql" else "", people
            )
            ratios[f"{name}_vs_driver"] = many[0] / many[1]
            figures |= {
                f"{name}_us_a_row": many[0] / people * 1e6,
                f"{name}_driver_us_a_row": many[1] / people * 1e6,
                f"{name}_us_a_row_of_a_tenth": few[0] / people * 1e7,
                f"{name}_peak_mb": many[2],
            }
    peaks = [value for name, value in figures.items() if name.endswith("_peak_mb")]
    figures["peak_mb"] = max(peaks)
    return Result("import", figures, ratios, missing)


def _compared(
    name: str, folder: Path, server: str, people: int
) -> tuple[float, float, float]:
    """Return the CPU seconds of ours and of the driver, and ours' most memory."""
    path = folder / f"{people}.csv"
    write_list(path, people)
    url = _database(name, folder, server, "a")
    engine = prepared(url)
    engine.dispose()
    before = _server_seconds(server)
    spent, peak = _apart(url, path)
    spent += _server_seconds(server) - before
    other = _database(name, folder, server, "b")
    engine, bare = open_engine(url), prepared(other)
    theirs = _inserted(engine, bare, server)
    if counted(engine) != counted(bare) or counted(bare)[0] != people:
        raise SystemExit("the two do not store the same")
    engine.dispose()
    bare.dispose()
    path.unlink()
    return spent, theirs, peak


def _database(name: str, folder: Path, server: str, which: str) -> str:
    if name == "postgresql":
        return _fresh(server, f"import_{which}")
    for old in folder.glob(f"{which}.db*"):
        old.unlink()
    return f"sqlite:///{folder / which}.db"


def _apart(url: str, path: Path) -> tuple[float, float]:
    """Take the list in, in a process of its own; return its CPU seconds and memory."""
    words = [sys.executable, str(HERE / "import.py"), "--apart", url, str(path)]
    done = subprocess.run(words, check=True, capture_output=True, text=True)  # noqa: S603 - our own
    seconds, peak = map(float, done.stdout.split())
    return seconds, peak


def _inserted(engine: Engine, bare: Engine, server: str) -> float:
    """Copy every row by the driver alone; return the CPU seconds that it took."""
    spent = 0.0
    with bare.connect() as connection:
        raw: Any = connection.connection.driver_connection
        cursor = raw.cursor()
        mark = "%s" if bare.dialect.name == "postgresql" else "?"
        if mark == "?":
            cursor.execute("BEGIN IMMEDIATE")
        for table in TABLES:
            columns = [column.name for column in table.columns]
            statement = (
                f"INSERT INTO {table.name} ({', '.join(columns)}) "  # noqa: S608 - our own names
                f"VALUES ({', '.join([mark] * len(columns))})"
            )
            for rows in rows_of(engine, table, columns, MANY):
                before = _own_seconds() + _server_seconds(server)
                cursor.executemany(statement, rows)
                spent += _own_seconds() + _server_seconds(server) - before
        before = _own_seconds() + _server_seconds(server)
        raw.commit()
        spent += _own_seconds() + _server_seconds(server) - before
    return spent


def _own_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _server_seconds(server: str) -> float:
    """Return the CPU seconds of the database's server and of all that it started."""
    if not server:
        return 0.0
    postmaster = _postmaster(server)
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            _, _, rest = stat.read_text().rpartition(") ")
        except OSError:
            continue
        fields = rest.split()
        if stat.parent.name == postmaster:
            # Its own, and that of the processes which have ended.
            ticks += sum(map(int, fields[11:15]))
        elif fields[1] == postmaster:
            ticks += sum(map(int, fields[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


@cache
def _postmaster(server: str) -> str:
    engine = open_engine(server)
    with engine.connect() as connection:
        backend = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()
        stat = Path(f"/proc/{backend}/stat").read_text()
    engine.dispose()
    return stat.rpartition(") ")[2].split()[1]


def _fresh(server: str, name: str) -> str:
    engine = open_engine(server)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    engine.dispose()
    return server.replace("/postgres?", f"/{name}?")


def _main_apart(url: str, path: str) -> None:
    engine = open_engine(url)
    before = _own_seconds()
    ours(engine, Path(path))
    spent = _own_seconds() - before
    status = Path("/proc/self/status").read_text()
    peak = next(int(line.split()[1]) for line in status.splitlines() if "VmHWM" in line)
    print(spent, peak / 1024)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--apart"]:
        _main_apart(*sys.argv[2:])
    else:
        main(measure)
