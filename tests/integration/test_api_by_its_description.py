"""The API asked whatever its own description allows, and forbids, by schemathesis.

No answer is a fault of ours, and each is one that the description names, in the form
that it gives. Each call is asked with a key of its one scope. `LONG=1` asks more, on
both kinds of database.
"""

import os
from importlib import import_module
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from sqlalchemy import Engine

from digest.bootstrap import App, opened
from digest.model.editions.mode import Mode
from digest.model.roles import Scope
from digest.schedule.editions.publishing import publish
from digest.settings import Settings
from digest.store.base.modes import in_mode
from digest.web import limits
from digest.web.app import make_app
from tests.api import a_key, api_of
from tests.builders import EIGHT, SITE, a_post, an_event
from tests.stored import a_reader, a_stored_campaign, posts_accepted

# Of a source of chance that schemathesis hands on, and from which nothing is drawn.
pytestmark = pytest.mark.filterwarnings(
    "ignore:It looks like `register_random`:hypothesis.errors.HypothesisWarning"
)
IS_LONG = bool(os.environ.get("LONG"))
EXAMPLES, SECONDS = (30, 900) if IS_LONG else (2, 15)
GIVEN = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize=not IS_LONG,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def schemathesis() -> Any:
    """Return schemathesis, by which the API is asked."""
    return pytest.importorskip("schemathesis")


class Questions:
    """Asks the calls of an API what schemathesis makes of their descriptions."""

    def __init__(self, schemathesis: Any, program: App) -> None:
        checks = import_module("schemathesis.specs.openapi.checks")
        self._checks = [
            import_module("schemathesis.checks").not_a_server_error,
            checks.status_code_conformance,
            checks.content_type_conformance,
            checks.response_headers_conformance,
            checks.response_schema_conformance,
        ]
        self._keys = {str(each): a_key(program, [each], str(each)) for each in Scope}
        self._app = make_app(program)
        schema = schemathesis.openapi.from_dict(api_of(self._app).openapi())
        self.operations = [each.ok() for each in schema.get_all_operations()]
        self.modes = list(schemathesis.GenerationMode)
        self.count = 0

    def ask(self, operation: Any, mode: Any, client: Any) -> None:
        """Ask a call a few times, with a key of its scope; fails by what is wrong."""
        [[scope]] = [it["HTTPBearer"] for it in operation.definition.raw["security"]]

        @GIVEN
        @given(case=operation.as_strategy(generation_mode=mode))
        def once(case: Any) -> None:
            self.count += 1
            answer = case.call(
                session=client, base_url=f"{SITE}/api", headers=self._keys[scope]
            )
            case.validate_response(answer, checks=self._checks)

        once()

    def client(self) -> Any:
        """Return what sends requests to the application."""
        return import_module("schemathesis.python.asgi").get_client(self._app)


def ask_all(questions: Questions, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Ask every call in every way; return those for which there was no time."""
    monkeypatch.setattr(limits, "API_CALLS", 10_000_000)
    begun, skipped = monotonic(), []
    with questions.client() as client:
        for operation in questions.operations:
            for mode in questions.modes:
                if monotonic() - begun < SECONDS:
                    questions.ask(operation, mode, client)
                else:
                    skipped.append(operation.label)
    print(f"{questions.count} requests; no time for {len(skipped)} calls")  # noqa: T201
    return skipped


def test_every_answer_is_one_that_the_description_names(
    schemathesis: Any, program: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    questions = Questions(schemathesis, program)
    ask_all(questions, monkeypatch)

    # Slow machines ask less; what they ask has to hold.
    assert questions.count > 0


@pytest.mark.skipif(not IS_LONG, reason="LONG=1 asks for minutes, on both databases")
def test_every_answer_is_one_that_the_description_names_for_long(
    schemathesis: Any, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_stored_campaign(engine)
    for name in ("ann", "bob"):
        a_reader(engine, name)
    posts_accepted(engine, [a_post(), an_event()])
    publish(in_mode(engine, Mode.LIVE), "lantern-week", "daily", EIGHT)
    url = engine.url.render_as_string(hide_password=False)
    wanted = Settings.model_validate({"data_dir": tmp_path, "database_url": url})
    with opened(wanted, EIGHT) as program:
        questions = Questions(schemathesis, program)
        skipped = ask_all(questions, monkeypatch)

    assert skipped == []
