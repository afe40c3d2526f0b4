"""Reads the settings of this process, and says in words which of them are wrong.

Every DIGEST_X may be given as DIGEST_X_FILE, the path of a file that holds it.
"""

import difflib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from digest.env_file import read_env_file
from digest.errors import SettingsError
from digest.settings import PREFIX, Settings, refuse_unready

# Read by the tests alone.
_NOT_SETTINGS = {"DIGEST_CORPUS"}


def from_environment() -> Settings:
    """Return the settings of this process. Raises SettingsError."""
    return load(os.environ)


def load(environment: Mapping[str, str], env_file: Path = Path(".env")) -> Settings:
    """Return the settings of `environment`, over those of a .env file.

    Raises SettingsError naming every setting that is wrong or unknown, and, where
    they say live, everything that live needs and lacks.
    """
    settings = parsed(environment, env_file)
    refuse_unready(settings)
    return settings


def parsed(environment: Mapping[str, str], env_file: Path = Path(".env")) -> Settings:
    """Return the settings as `load` does, whatever they lack of what live needs."""
    from_file = read_env_file(env_file, PREFIX, _names())
    variables = {**from_file, **environment}
    ours = {
        name: value
        for name, value in variables.items()
        if name.startswith(PREFIX) and name not in _NOT_SETTINGS
    }
    values = {name: value for name, value in _contents(ours).items() if value}
    _refuse_unknown(values)
    try:
        settings = Settings(
            **{name.removeprefix(PREFIX).lower(): v for name, v in values.items()}  # type: ignore[arg-type]  # pydantic turns words into values
        )
    except ValidationError as problem:
        faults = (
            "".join(f"{PREFIX}{str(part).upper()} " for part in fault["loc"][:1])
            + _in_words(fault["type"], fault.get("ctx", {}), fault["msg"])
            for fault in problem.errors()
        )
        raise SettingsError("; ".join(faults)) from problem
    return settings


def _contents(variables: Mapping[str, str]) -> dict[str, str]:
    values = {n: v for n, v in variables.items() if not n.endswith("_FILE")}
    for name, path in variables.items():
        if name.endswith("_FILE") and path:
            try:
                values[name.removesuffix("_FILE")] = Path(path).read_text().strip()
            except (OSError, UnicodeDecodeError) as problem:
                raise SettingsError(
                    f"{name}: {path} cannot be read ({problem})"
                ) from problem
    return values


def _names() -> list[str]:
    return [f"{PREFIX}{field.upper()}" for field in Settings.model_fields]


def _refuse_unknown(values: Mapping[str, str]) -> None:
    names = _names()
    for name in sorted(values.keys() - set(names)):
        near = difflib.get_close_matches(name, names, 1)
        hint = f"did you mean {near[0]}?" if near else "see: digest settings"
        raise SettingsError(f"{name} is not a setting; {hint}")


def _in_words(kind: str, bounds: Mapping[str, Any], words: str) -> str:
    """Return what is wrong with a setting, where the library's words are not ours."""
    match kind:
        case "bool_parsing":
            return "must be yes or no"
        case "int_parsing":
            return "must be a whole number"
        case "greater_than_equal":
            return f"must be {bounds['ge']} or more"
        case "less_than_equal":
            return f"must be {bounds['le']} or less"
        case _:
            return words.removeprefix("Value error, ")
