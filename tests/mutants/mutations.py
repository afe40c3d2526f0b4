"""The small changes that are made to a module, one at a time."""

import ast
from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import dataclass
from typing import Any

PAIRS: tuple[tuple[type[ast.AST], type[ast.AST]], ...] = (
    *((ast.Lt, ast.LtE), (ast.Gt, ast.GtE), (ast.Eq, ast.NotEq), (ast.Is, ast.IsNot)),
    *((ast.In, ast.NotIn), (ast.And, ast.Or), (ast.Add, ast.Sub)),
    *((ast.Mult, ast.FloorDiv), (ast.BitOr, ast.BitAnd)),
)
OTHER: dict[type[ast.AST], Any] = {
    **dict(PAIRS),
    **{second: first for first, second in PAIRS},
    **dict.fromkeys((ast.Mod, ast.Div, ast.Pow), ast.Mult),
}
# What these say is for the type checker, or is the same for a whole class.
SILENT_FIELDS = {"annotation", "returns", "decorator_list"}
# Their own parts are changed instead of the whole.
CHANGED_INSIDE = ast.Compare | ast.BoolOp | ast.UnaryOp


@dataclass(frozen=True, slots=True)
class Mutant:
    """A module with one change; named by its words, since lines move."""

    module: str
    line: str
    change: str
    line_number: int
    code: str

    @property
    def key(self) -> tuple[str, str, str]:
        """What it is known by from one version of the module to the next."""
        return self.module, self.line, self.change


def mutants_of(
    module: str, source: str, functions: tuple[str, ...] = ()
) -> Iterator[Mutant]:
    """Yield every mutant of a module, or of some of its functions."""
    tree, lines = ast.parse(source), source.splitlines()
    for root in ast.walk(tree) if functions else (tree,):
        if functions and getattr(root, "name", None) not in functions:
            continue
        for node, put in _places(root):
            for changed in (*_changed_expressions(node), *_changed_statements(node)):
                put(changed)
                yield Mutant(
                    module,
                    lines[node.lineno - 1].strip(),
                    f"{_words(node)} → {_words(changed)}",
                    node.lineno,
                    ast.unparse(ast.fix_missing_locations(tree)),
                )
                put(node)


def _places(
    parent: ast.AST,
) -> Iterator[tuple[ast.expr | ast.stmt, Callable[[ast.AST], None]]]:
    """Yield the expressions and statements below, each with what replaces it."""
    for field, value in ast.iter_fields(parent):
        if field in SILENT_FIELDS:
            continue
        for index, child in enumerate(value if isinstance(value, list) else [value]):
            if not isinstance(child, ast.AST):
                continue

            def put(new: ast.AST, field: str = field, index: int = index) -> None:
                siblings = getattr(parent, field)
                if isinstance(siblings, list):
                    siblings[index] = new
                else:
                    setattr(parent, field, new)

            if isinstance(child, ast.expr | ast.stmt):
                yield child, put
            yield from _places(child)


def _changed_expressions(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what may stand in an expression's place."""
    match node:
        case ast.Compare(first, operators, others):
            for n, operator in enumerate(operators):
                changed = [*operators[:n], OTHER[type(operator)](), *operators[n + 1 :]]
                yield ast.Compare(first, changed, others)
        case ast.BoolOp(connective, values):
            yield ast.BoolOp(OTHER[type(connective)](), values)
        case ast.UnaryOp(ast.Not(), operand):
            yield operand
        case ast.BinOp(first, operator, second) if type(operator) in OTHER:
            yield ast.BinOp(first, OTHER[type(operator)](), second)
        case ast.Constant(bool() as value):
            yield ast.Constant(not value)
        case ast.Constant(int() | float() as value):
            yield ast.Constant(value + 1)
            yield ast.Constant(value - 1)
        case _:
            pass


def _changed_statements(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what may stand in a statement's place, or in that of `x if y else z`."""
    match node:
        case ast.Return(ast.expr() as value) if _words(value) != "None":
            yield ast.Return(ast.Constant(None))
        case ast.AugAssign(target, operator, value) if type(operator) in OTHER:
            yield ast.AugAssign(target, OTHER[type(operator)](), value)
            yield ast.Pass()
        case ast.Expr(ast.Call(ast.Name("assert_never"))):
            pass  # for the type checker alone
        case ast.Raise() | ast.Expr(ast.Call() | ast.Await()):
            yield ast.Pass()
        case ast.Continue():
            yield ast.Break()
        case ast.If(test) | ast.IfExp(test) | ast.While(test):
            if not isinstance(test, CHANGED_INSIDE):
                changed = copy(node)
                changed.test = ast.UnaryOp(ast.Not(), test)
                yield changed
        case _:
            pass


def _words(node: ast.AST) -> str:
    """Return a node as one short line: of a statement with a body, its head."""
    return ast.unparse(node).partition("\n")[0]
