"""What is changed on purpose, and which tests have to notice; see targets.toml."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


@dataclass(frozen=True, slots=True)
class Target:
    """A module below digest, or some of its functions, and the files that judge it."""

    module: str
    functions: tuple[str, ...]
    tests: tuple[Path, ...]

    @property
    def source(self) -> str:
        """The module's text."""
        path = ROOT.joinpath("src", "digest", *self.module.split("."))
        return path.with_suffix(".py").read_text()


def targets() -> list[Target]:
    """Return every target, in the order in which they are listed."""
    judges = tomllib.loads((HERE / "targets.toml").read_text())
    return [
        Target(
            module,
            tuple(functions.split(",")) if functions else (),
            tuple(ROOT / "tests" / f"{test}.py" for test in tests.split()),
        )
        for place, tests in judges.items()
        for module, _, functions in [place.partition(":")]
    ]


def equivalent_mutants() -> dict[tuple[str, str, str], str]:
    """Return the mutants that behave as the program does, each with the reason."""
    entries = tomllib.loads((HERE / "equivalent.toml").read_text())["equivalent"]
    return {
        (entry["module"], entry["line"], entry["change"]): entry["why"]
        for entry in entries
    }
