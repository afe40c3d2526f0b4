"""The changes that are made on purpose, and what they are made to."""

import ast

import pytest

from tests.mutants.mutations import mutants_of
from tests.mutants.targets import Target, equivalent_mutants, targets


@pytest.mark.parametrize(
    ("source", "changed"),
    [
        ("x = a < b", ["x = a <= b"]),
        ("x = a == b", ["x = a != b"]),
        ("x = a in b", ["x = a not in b"]),
        ("x = a < b <= c", ["x = a <= b <= c", "x = a < b < c"]),
        ("x = a and b", ["x = a or b"]),
        ("x = not a", ["x = a"]),
        ("x = a + b", ["x = a - b"]),
        ("x = 7", ["x = 8", "x = 6"]),
        ("x = True", ["x = False"]),
        ("x += y", ["x -= y", "pass"]),
        ("f(x)", ["pass"]),
        ("x = a if b else c", ["x = a if not b else c"]),
        ("raise E", ["pass"]),
        ("assert_never(x)", []),
        ("x: Literal[1] = y", []),
        ("x = 'words'", []),
        ("def f():\n    return x", ["def f():\n    return None"]),
        ("@cached(size=9)\ndef f():\n    return None", []),
        ("for x in y:\n    continue", ["for x in y:\n    break"]),
        ("if a:\n    x = y", ["if not a:\n    x = y"]),
        ("if a > b:\n    x = y", ["if a >= b:\n    x = y"]),
    ],
)
def test_a_module_is_changed_in_one_place_at_a_time(
    source: str, changed: list[str]
) -> None:
    assert [mutant.code for mutant in mutants_of("m", source)] == changed


def test_only_the_functions_that_decide_are_changed() -> None:
    source = "def f():\n    return a < b\n\ndef g():\n    return a > b"

    codes = {mutant.line for mutant in mutants_of("m", source, ("g",))}

    assert codes == {"return a > b"}


def test_a_mutant_is_known_by_its_words_wherever_they_stand() -> None:
    [first] = mutants_of("m", "x = a < b")
    [moved] = mutants_of("m", "import y\n\nx = a < b")

    assert first.key == moved.key == ("m", "x = a < b", "a < b → a <= b")
    assert (first.line_number, moved.line_number) == (1, 3)


@pytest.mark.parametrize("target", targets(), ids=lambda target: target.module)
def test_every_target_and_its_tests_are_there(target: Target) -> None:
    names = {
        node.name
        for node in ast.walk(ast.parse(target.source))
        if isinstance(node, ast.FunctionDef)
    }

    assert names >= set(target.functions)
    assert all(path.is_file() for path in target.tests)


def test_every_mutant_that_is_called_equivalent_is_one_that_is_made() -> None:
    made_of = {target.module: target for target in targets()}
    keys = equivalent_mutants().keys()
    mutants = {
        mutant.key
        for module in {key[0] for key in keys}
        for target in [made_of[module]]
        for mutant in mutants_of(module, target.source, target.functions)
    }

    assert keys <= mutants
