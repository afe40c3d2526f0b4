"""The house rules that no linter knows: `python -m tests.house [PATH...]`.

A name says what a thing is, a class name is borne by one class, a folder is no
hall, and a function of a few lines is written where it is called. Prints each
fault with its place, and ends with status 1 where there are any.
"""

import ast
import gc
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeGuard

ROOT = Path(__file__).parents[1]
PRODUCT = ROOT / "src" / "digest"
# They say how a thing came to the speaker, not what it is. No exceptions.
SPEAKER = frozenset(
    {"one", "found", "said", "told", "made", "left", "known", "kept", "given", "taken"}
    | {"shown", "seen", "asked", "got", "gone", "heard", "held"}
)
MOST_MODULES = 15
# The field of a node that is the name which it binds.
BINDS: dict[type[ast.AST], str] = {
    ast.Name: "id",
    ast.arg: "arg",
    ast.FunctionDef: "name",
    ast.ClassDef: "name",
    ast.MatchAs: "name",
    ast.MatchStar: "name",
    ast.alias: "asname",
    ast.ExceptHandler: "name",
}
SHORT_LINES = 6
MOST_FRAGMENTS = 0.12


@dataclass(frozen=True, slots=True)
class Module:
    """A file and the nodes of its tree, each of which every rule looks at."""

    path: Path
    nodes: list[ast.AST]

    def at(self, node: ast.AST) -> str:
        """Return the place of a node, as an editor opens it."""
        return f"{self.path.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}"


def modules_below(*places: Path) -> list[Module]:
    """Return the modules below the places; migrations are as alembic wrote them."""
    paths = [
        path
        for place in places
        for path in ([place] if place.is_file() else sorted(place.rglob("*.py")))
        if not {"versions", ".venv"} & set(path.parts)
    ]
    return [Module(path, nodes_of(ast.parse(path.read_text()))) for path in paths]


def nodes_of(tree: ast.AST) -> list[ast.AST]:
    """Return a tree and all that is below it, as ast.walk yields it, but contexts."""
    nodes = [tree]
    for node in nodes:  # which grows meanwhile
        for field in node._fields:
            value = getattr(node, field, None)
            if isinstance(value, list):
                nodes += [each for each in value if isinstance(each, ast.AST)]
            elif isinstance(value, ast.AST) and not isinstance(value, ast.expr_context):
                nodes.append(value)
    return nodes


def speakers_words(module: Module) -> Iterator[str]:
    """Yield each binding that is called by a word of the speaker's."""
    for node in module.nodes:
        field = BINDS.get(type(node))
        name = field and getattr(node, field)
        if name and name.strip("_") in SPEAKER and not _is_read(node):
            yield f'{module.at(node)}: "{name}" says how it came, not what it is'


def _is_read(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Store)


def shared_class_names(modules: list[Module]) -> Iterator[str]:
    """Yield each public class name that two or more classes bear."""
    bearers = defaultdict[str, list[str]](list)
    for module in modules:
        for node in module.nodes:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                bearers[node.name].append(module.at(node))
    for name, places in bearers.items():
        if len(places) > 1:
            yield f"{places[0]}: {name} is also at {', '.join(places[1:])}"


def halls(modules: list[Module]) -> Iterator[str]:
    """Yield each folder with more modules than somebody can look over."""
    rooms = Counter(
        module.path.parent for module in modules if module.path.name != "__init__.py"
    )
    for room, count in rooms.items():
        if count > MOST_MODULES:
            yield f"{room.relative_to(ROOT)}: {count} modules, {MOST_MODULES} at most"


def fragments(modules: list[Module]) -> tuple[list[str], int]:
    """Return the private functions of a few lines called once, of how many private."""
    short, private = [], 0
    for module in modules:
        uses = Counter(_uses(module.nodes))
        for node in module.nodes:
            if _is_private(node):
                private += 1
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines <= SHORT_LINES and uses[node.name] == 1:
                    short.append(f"{module.at(node)}: {node.name} is called once")
    return short, private


def _is_private(node: ast.AST) -> TypeGuard[ast.FunctionDef]:
    return (
        isinstance(node, ast.FunctionDef)
        and node.name.startswith("_")
        and not node.name.startswith("__")
    )


def _uses(nodes: list[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr


def main(arguments: list[str]) -> int:
    """Print every fault below the given paths, or in the whole house."""
    gc.disable()  # no node of any tree is garbage: looking for it takes half the time
    places = [Path(word).resolve() for word in arguments]
    everything = modules_below(
        *(places or [ROOT / part for part in ("src", "tests", "bench", "docs")])
    )
    product = [module for module in everything if PRODUCT in module.path.parents]
    faults = [fault for module in everything for fault in speakers_words(module)]
    faults += shared_class_names(product)
    faults += halls(product)
    short, private = fragments(product)
    if short and (places or len(short) > MOST_FRAGMENTS * private):
        faults += short
    for fault in faults:
        print(fault)  # noqa: T201 - what it is for
    share = len(short) / max(private, 1)
    print(f"{len(faults)} faults; {share:.1%} of private functions are fragments")  # noqa: T201
    return min(len(faults), 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
