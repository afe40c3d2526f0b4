"""Print the most memory, in MB, that planning takes on a copy of a database."""

import sys

from _plan_rows import AT, EDITION, copied
from harness import peak_mb

from digest.compose.plan import plan

if __name__ == "__main__":
    with copied(sys.argv[1]) as engine:
        plan(engine, EDITION, AT)
    print(peak_mb())
