"""The claim about merging, measured: its command prints what it promises."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_a_merge_is_fifty_times_cheaper_than_a_message_for_each_reader() -> None:
    answer = subprocess.run(  # noqa: S603 - a script of ours
        [sys.executable, ROOT / "bench" / "merge.py", "--json", "--quick"],
        capture_output=True,
        check=True,
        cwd=ROOT,
    )
    result = json.loads(answer.stdout)

    assert set(result) == {"name", "figures", "ratios", "machine"}
    assert 40 < result["figures"]["message_kb"] < 56
    assert result["ratios"]["merge_vs_emailmessage"] >= 50
