"""The file `.env`: what it says, and what in it would be passed over in silence."""

import difflib
import re
from collections.abc import Iterable
from pathlib import Path

from dotenv.parser import parse_stream

from digest.errors import SettingsError

# Of ten letters one is another: less alike is another program's.
_ALIKE = 0.88


def read_env_file(path: Path, prefix: str, names: Iterable[str]) -> dict[str, str]:
    """Return the values by their names; none where there is no such file.

    Raises SettingsError where a line cannot be understood, or is nearly one of our
    `names`, which begin with `prefix`: whoever wrote it meant us.
    """
    try:
        if not path.is_file():
            return {}
        with path.open(encoding="utf-8-sig") as file:
            bindings = list(parse_stream(file))
    except (OSError, UnicodeDecodeError) as problem:
        raise SettingsError(f"{path} cannot be read: {problem}") from problem
    values = dict[str, str]()
    for binding in bindings:
        if binding.error or (binding.key and binding.value is None):
            # Its words may be a secret.
            blank = len(binding.original.string) - len(binding.original.string.lstrip())
            line = binding.original.line + binding.original.string[:blank].count("\n")
            raise SettingsError(
                f"{path}: line {line} is not understood; write NAME=value"
            )
        if binding.key and binding.value is not None:
            _refuse_near(binding.key, path, prefix, names)
            values[binding.key] = binding.value
    return values


def _refuse_near(name: str, path: Path, prefix: str, names: Iterable[str]) -> None:
    if name.startswith(prefix):
        return  # known or refused like one of the environment
    plain = re.sub(r"\W+", "_", name.upper().strip("\"'"))
    bare = plain.removesuffix("_FILE")
    alike = difflib.get_close_matches(bare, names, 1, _ALIKE)
    for meant in (bare, f"{prefix}{bare}", *alike):
        if meant in names:
            ending = plain.removeprefix(bare)
            raise SettingsError(
                f"{path}: {name} is not read; write {meant}{ending}, or keep what is "
                "for another program in a file of its own"
            )
