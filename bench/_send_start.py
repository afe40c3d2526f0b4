"""What a worker with nothing to do takes: python bench/_send_start.py FOLDER.

Says its CPU seconds and the most MB that it held. A program of its own: what is started
counts as having held what its parent holds, so that the parent has to be small.
"""

import os
import sys

WORDS = (sys.executable, "-m", "digest", "work", "--until-done")

if __name__ == "__main__":
    os.chdir(sys.argv[1])
    quiet = [(os.POSIX_SPAWN_OPEN, to, os.devnull, os.O_WRONLY, 0) for to in (1, 2)]
    pid = os.posix_spawn(WORDS[0], WORDS, os.environ, file_actions=quiet)
    _, status, used = os.wait4(pid, 0)
    if code := os.waitstatus_to_exitcode(status):
        sys.exit(f"digest work ended with {code}")
    print(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
