"""Files of people brought in on the desk: chosen, matched, checked, in, and undone."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from threading import Thread
from typing import Annotated, Any, BinaryIO

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse, StreamingResponse
from starlette.datastructures import UploadFile

from digest.audience import limits as audience_limits
from digest.audience.lists.undoing import ImportUndoing
from digest.audience.lists.uploaded_imports import (
    ImportMatching,
    UploadedImports,
)
from digest.bootstrap import App
from digest.errors import DigestError
from digest.model.people.import_state import ImportState
from digest.model.people.lawful_basis import LawfulBasis
from digest.model.people.person import Consent
from digest.model.roles import Right
from digest.schedule.guard import guarded
from digest.store.people.imports import list_imports
from digest.store.people.imports.list_imports import StoredImport
from digest.store.staff.accounts import Account
from digest.web import limits
from digest.web.desk.lists import import_view
from digest.web.doors.rights import Staff, needs
from digest.web.parts.inputs import FormFields, RowId, form_fields
from digest.web.parts.pages import Pages
from digest.web.parts.routing import PageRouter

Form = Annotated[FormFields, Depends(form_fields)]
_READ = ["GET", "HEAD"]
# How staff say that everybody of a file said yes.
EACH_ROW, ALIKE, NOT_ASKED = "each-row", "alike", "not-asked"
PUBLIC_TASK = "public-task"
_SAME = {"same": True, "new": False}


@dataclass(frozen=True, slots=True)
class UploadForm:
    """A form that a file came with; None where nobody chose one."""

    name: str
    file: BinaryIO | None


async def upload_form(request: Request) -> AsyncIterator[UploadForm]:
    """Yield the file of the form that was sent; it is gone afterwards."""
    async with request.form(max_files=1, max_fields=limits.FORM_FIELDS) as form:
        file = form.get("file")
        if isinstance(file, UploadFile) and file.filename:
            yield UploadForm(file.filename, file.file)
        else:
            yield UploadForm("", None)


Upload = Annotated[UploadForm, Depends(upload_form)]


def routes(digest: App, pages: Pages) -> APIRouter:
    """Return the routes; that of a new import goes before those of a number."""
    router = PageRouter(prefix="/desk/imports")
    imports = _ImportPages(digest, pages)

    @router.api_route("", methods=_READ)
    @needs(Right.PEOPLE)
    def every(before: RowId | None = None) -> Response:
        return imports.every(before)

    @router.api_route("/new", methods=_READ)
    @needs(Right.EDIT)
    def new() -> Response:
        return imports.new()

    @router.post("/new")
    @needs(Right.EDIT)
    def upload(staff: Staff, form: Upload) -> Response:
        return imports.upload(staff, form)

    @router.api_route("/{import_id}", methods=_READ)
    @needs(Right.PEOPLE)
    def show(import_id: RowId, step: str = "", after: RowId = 0) -> Response:
        return imports.show(import_id, step, after)

    @router.api_route("/{import_id}/rows-to-mend.csv", methods=_READ)
    @needs(Right.EDIT)
    def rows_to_mend(import_id: RowId) -> Response:
        return imports.rows_to_mend(import_id)

    _add_steps(router, imports)
    return router


def _add_steps(router: APIRouter, imports: "_ImportPages") -> None:
    @router.post("/{import_id}/columns")
    @needs(Right.EDIT)
    def match(staff: Staff, import_id: RowId, form: Form) -> Response:
        return imports.match(staff, import_id, form)

    @router.post("/{import_id}/run")
    @needs(Right.EDIT)
    def run(staff: Staff, import_id: RowId) -> Response:
        return imports.run(staff, import_id)

    @router.post("/{import_id}/go-on")
    @needs(Right.EDIT)
    def go_on(staff: Staff, import_id: RowId) -> Response:
        return imports.go_on(staff, import_id)

    @router.post("/{import_id}/undo")
    @needs(Right.EDIT)
    def undo(staff: Staff, import_id: RowId) -> Response:
        return imports.undo(staff, import_id)

    @router.post("/{import_id}/cancel")
    @needs(Right.EDIT)
    def cancel(staff: Staff, import_id: RowId) -> Response:
        return imports.cancel(staff, import_id)


class _ImportPages:
    """What the pages of imports show and do."""

    def __init__(self, digest: App, pages: Pages) -> None:
        self._digest = digest
        self._pages = pages

    def every(self, before: int | None) -> Response:
        """Return the page of all imports."""
        most = limits.IMPORTS
        with self._digest.reading() as connection:
            rows = list_imports.latest(connection, most + 1, before)
        zone = self._digest.settings.timezone
        return self._page(
            "imports",
            imports=[import_view.in_the_list(row, zone) for row in rows[:most]],
            before=before,
            following=rows[most - 1].id if rows[most:] else 0,
        )

    def new(self, fault: str = "") -> Response:
        """Return the page on which a file is chosen."""
        return self._page(
            "import_new",
            status=422 if fault else 200,
            faults={"file": fault} if fault else {},
            most_mb=audience_limits.UPLOAD_BYTES >> 20,
            days=audience_limits.IMPORT_UNDOABLE.days,
        )

    def upload(self, staff: Account, form: UploadForm) -> Response:
        """Keep the file, and go on to its columns."""
        if form.file is None:
            return self.new("Choose the file with the people in it")
        try:
            number = self._imports(staff).upload(form.name, form.file, staff.name)
        except DigestError as problem:
            return self.new(str(problem))
        return RedirectResponse(f"/desk/imports/{number}", 303)

    def show(self, import_id: int, step: str = "", after: int = 0) -> Response:
        """Return where an import stands. Raises NotFound in words."""
        with self._digest.reading() as connection:
            stored = list_imports.with_id(connection, import_id)
            can_match = not stored.forgotten_at and (
                stored.state is ImportState.UPLOADED
                or (stored.state is ImportState.CHECKED and step == "columns")
            )
            if can_match:
                content = import_view.columns(connection, stored)
            else:
                content = import_view.standing(
                    connection, stored, after, self._digest.now(), self._zone
                )
        if can_match:
            return self._page("import_columns", faults={}, **content)
        return self._page("import", **content)

    def match(self, staff: Account, import_id: int, form: FormFields) -> Response:
        """Keep what the columns mean, and check the rows."""
        with self._digest.reading() as connection:
            stored = list_imports.with_id(connection, import_id)
            content = import_view.columns(connection, stored, form)
        faults = _faults(form, content["lists"])
        if not faults:
            count = len(stored.headings)
            columns = tuple(form.get(f"column_{at}", "") for at in range(count))
            matching = ImportMatching(
                form.get("list", ""),
                columns,
                _consent(form),
                _SAME.get(form.get("is_same", "")),
            )
            try:
                self._imports(staff).match(import_id, matching)
                self._work(staff, stored, self._imports(staff).work)
            except DigestError as problem:
                faults = {"column_0": str(problem)}
        if faults:
            return self._page("import_columns", status=422, faults=faults, **content)
        return self._to(import_id)

    def run(self, staff: Account, import_id: int) -> Response:
        """Take the rows in."""
        imports = self._imports(staff)
        return self._perform(staff, import_id, imports.begin, imports.work)

    def undo(self, staff: Account, import_id: int) -> Response:
        """Take back what an import did."""
        undoing = self._undoing(staff)
        return self._perform(staff, import_id, undoing.begin, undoing.work)

    def go_on(self, staff: Account, import_id: int) -> Response:
        """Go on with what was cut off."""
        imports = self._imports(staff)
        with self._digest.reading() as connection:
            stored = list_imports.with_id(connection, import_id)
        if imports.take_up(import_id):
            is_undoing = stored.state is ImportState.UNDOING
            work = self._undoing(staff).work if is_undoing else imports.work
            self._work(staff, stored, work)
        return self._to(import_id)

    def cancel(self, staff: Account, import_id: int) -> Response:
        """Leave an import, of which nothing was stored."""
        self._imports(staff).cancel(import_id)
        return self._to(import_id)

    def rows_to_mend(self, import_id: int) -> Response:
        """Return the rows that were not taken as a file, each with what to mend."""
        rows = self._imports(None).rows_to_mend(import_id)
        name = f'attachment; filename="rows-to-mend-{import_id}.csv"'
        return StreamingResponse(
            import_view.with_mark(rows),
            media_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": name},
        )

    def _perform(
        self,
        staff: Account,
        import_id: int,
        begin: Callable[[int], None],
        work: Callable[[int], None],
    ) -> Response:
        with self._digest.reading() as connection:
            stored = list_imports.with_id(connection, import_id)
        begin(import_id)
        self._work(staff, stored, work)
        return self._to(import_id)

    def _work(
        self, staff: Account, stored: StoredImport, work: Callable[[int], None]
    ) -> None:
        """Do it at once where it is short, else beside what is asked of the pages."""
        if stored.rows <= audience_limits.ROWS_AT_ONCE:
            work(stored.id)
            return

        def go() -> None:
            with guarded("an import", f"number={stored.id} by={staff.name}"):
                work(stored.id)

        # What is cut off with the process is gone on with, or undone: it is on record.
        Thread(target=go, name=f"import {stored.id}", daemon=True).start()

    def _imports(self, staff: Account | None) -> UploadedImports:
        digest = self._digest.acting_as(staff.actor) if staff else self._digest
        return UploadedImports(digest.engine, digest.hasher, digest.now)

    def _undoing(self, staff: Account) -> ImportUndoing:
        digest = self._digest.acting_as(staff.actor)
        return ImportUndoing(digest.engine, digest.hasher, digest.now)

    @property
    def _zone(self) -> str:
        return self._digest.settings.timezone

    def _page(self, name: str, **content: Any) -> Response:
        return self._pages.page(f"desk/lists/{name}.html", here="people", **content)

    def _to(self, import_id: int) -> Response:
        return RedirectResponse(f"/desk/imports/{import_id}", 303)


def _consent(form: FormFields) -> Consent | None:
    match form.get("permission"):
        case "alike":
            names = ("consent_method", "consent_at", "consent_wording")
            return Consent(
                LawfulBasis.CONSENT, *(form.get(name, "").strip() for name in names)
            )
        case "not-asked":
            return Consent(LawfulBasis.DID_NOT_ASK)
        case "public-task":
            return Consent(LawfulBasis.PUBLIC_TASK)
        case _:
            return None


def _faults(form: FormFields, lists: list[tuple[str, str]]) -> Mapping[str, str]:
    faults = {}
    if form.get("list", "") not in {name for name, _ in lists if name}:
        faults["list"] = "Choose the list that they join"
    permission = form.get("permission")
    if permission not in (EACH_ROW, ALIKE, PUBLIC_TASK, NOT_ASKED):
        faults["permission"] = "Say how these people said yes, or that nobody asked"
    if permission == ALIKE:
        for name, words in (
            ("consent_method", "Say how they said yes: by phone, on a form"),
            ("consent_at", "Say when they said yes"),
            ("consent_wording", "Write down what they said yes to, in their words"),
        ):
            if not form.get(name, "").strip():
                faults[name] = words
            elif len(form[name]) > audience_limits.CONSENT_WORDING_CHARACTERS:
                faults[name] = "Make it shorter"
    return faults
