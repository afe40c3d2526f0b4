"""What a database's server works for us, to a microsecond: on Linux."""

from pathlib import Path
from time import process_time

from sqlalchemy import Engine, text


class WorkClock:
    """The CPU seconds of this process and of the backends that a database has now."""

    def __init__(self, engine: Engine) -> None:
        self._backends = list[Path]()
        if engine.dialect.name == "postgresql":
            with engine.connect() as connection:
                pids = connection.scalars(
                    text(
                        "SELECT pid FROM pg_stat_activity "
                        "WHERE datname = current_database()"
                    )
                )
                self._backends = [Path(f"/proc/{pid}/schedstat") for pid in pids]

    def __call__(self) -> float:
        """Return them since some moment before."""
        of_server = sum(int(path.read_text().split()[0]) for path in self._backends)
        return process_time() + of_server / 1e9
