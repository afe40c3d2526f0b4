"""Print the most memory, in MB, that planning takes on a copy of a database."""

import re
import sys
from pathlib import Path

from _plan_rows import AT, EDITION, copied

from digest.compose.plan import plan

if __name__ == "__main__":
    with copied(sys.argv[1]) as engine:
        plan(engine, EDITION, AT)
    # Not by getrusage: that begins with what the process that started us held.
    status = Path("/proc/self/status").read_text()
    print(sum(int(kb) for kb in re.findall(r"VmHWM:\s+(\d+)", status)) / 1024)
