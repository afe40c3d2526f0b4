"""The logo of a campaign's mail: brought in once, and kept as our own copy.

A campaign file names it. The copy is written down with the file, so that each version
has the one that it had, and is never asked for again.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine

from digest.errors import CampaignFileError, FileFault
from digest.gather.limits import PICTURE_BYTES
from digest.gather.pictures.logo import logo_files
from digest.model.campaigns.campaign import Campaign
from digest.model.logo import LogoCopy, kept_name
from digest.model.posts.pictures import Files, PictureUse, name_of
from digest.schedule.limits import LOGO_VERSIONS
from digest.store.base.engine import writing
from digest.store.campaigns import file_versions
from digest.store.campaigns.file_versions import CampaignFile
from digest.store.posts import pictures

_USES = (PictureUse.LOGO,)


@dataclass(frozen=True, slots=True)
class LogoPicture:
    """A picture that was read: its bytes, and the files that are made of them."""

    content: bytes
    files: Files

    @classmethod
    def made_of(cls, content: bytes) -> "LogoPicture":
        """Return the picture of those bytes. Raises ValueError in words."""
        if not content:
            raise ValueError("is empty: choose another")
        if len(content) > PICTURE_BYTES:
            raise ValueError("is over 10 MB: save it smaller")
        return cls(content, logo_files(content))

    def keep(self, connection: Connection, now: datetime) -> LogoCopy:
        """Keep it as our own copy; the same one twice is kept once."""
        name, file = name_of(self.files), self.files[PictureUse.LOGO]
        pictures.put(connection, name, self.files, now)
        return LogoCopy(name, file.width, file.height)


def beside(path: Path, campaign: Campaign) -> LogoPicture | None:
    """Return the logo that lies beside a campaign file; None where none does.

    Raises CampaignFileError for what cannot be used.
    """
    if campaign.logo is None:
        return None
    file = path.resolve().parent / campaign.logo.file
    try:
        if not file.is_file():
            return None
        with file.open("rb") as opened:
            return LogoPicture.made_of(opened.read(PICTURE_BYTES + 1))
    except OSError as problem:
        raise _fault(f'"{file.name}" cannot be read: {problem.strerror}') from problem
    except ValueError as problem:
        raise _fault(f'"{file.name}" {problem}') from problem


def upload(engine: Engine, content: bytes, now: datetime) -> str:
    """Keep a picture that staff handed in; return what a campaign file calls it.

    Raises ValueError in words. It shows nowhere before a file that names it is applied.
    """
    picture = LogoPicture.made_of(content)
    with writing(engine) as connection:
        return picture.keep(connection, now).public_name


def with_logo(
    connection: Connection,
    file: CampaignFile,
    picture: LogoPicture | None,
    now: datetime,
) -> CampaignFile:
    """Return the file with our copy of the logo that it names, which is kept now.

    `picture` lies beside it. Raises CampaignFileError as `with_kept_logo`.
    """
    if picture is None:
        return with_kept_logo(connection, file)
    former = _newest(connection, file)
    # What was exported comes back as it was, and changes nothing.
    if former and pictures.gallery(connection, [former.name], _USES).get(
        (former.name, PictureUse.LOGO)
    ) == replace(picture.files[PictureUse.LOGO], content=picture.content):
        return replace(file, logo=str(former))
    return replace(file, logo=str(picture.keep(connection, now)))


def with_kept_logo(connection: Connection, file: CampaignFile) -> CampaignFile:
    """Return the file with the copy of its logo that was kept before.

    Without a copy it is the one that staff handed in under that name, or that the
    campaign had under it last. Raises CampaignFileError where there is none.
    """
    logo = file.parsed().logo
    if logo is None:
        return replace(file, logo="")
    copy = logo.copy or _handed_in(connection, logo.file) or _newest(connection, file)
    if copy is None:
        raise _fault(
            f'"{logo.file}" is not there: put it beside the campaign file and apply '
            "that, or hand it in at the desk, on the page of the campaign's look"
        )
    return replace(file, logo=str(copy))


def exported(connection: Connection, file: CampaignFile) -> tuple[str, bytes] | None:
    """Return the name and the bytes of a file's logo, to be put beside it."""
    logo = file.parsed().logo
    if logo is None or logo.copy is None:
        return None
    gallery = pictures.gallery(connection, [logo.copy.name], _USES)
    picture = gallery.get((logo.copy.name, PictureUse.LOGO))
    return (logo.file, picture.content) if picture else None


def write_beside(path: Path, logo: tuple[str, bytes]) -> None:
    """Write an exported logo beside a campaign file.

    The picture that it was made of is left as it is. Raises CampaignFileError where
    another one has its name, and OSError.
    """
    name, content = logo
    file = path.with_name(name)
    if file.exists() and not _is_of(file, content):
        raise _fault(
            f"{file} is another picture: move it away, or export to another folder"
        )
    if not file.exists():
        file.write_bytes(content)


def _is_of(file: Path, content: bytes) -> bool:
    """Return whether what lies there is that logo, or what it was made of."""
    with file.open("rb") as opened:
        there = opened.read(PICTURE_BYTES + 1)
    if there == content:
        return True
    try:
        files = LogoPicture.made_of(there).files
    except ValueError:
        return False
    return files[PictureUse.LOGO].content == content


def _handed_in(connection: Connection, called: str) -> LogoCopy | None:
    name = kept_name(called)
    file = pictures.gallery(connection, [name], _USES).get((name, PictureUse.LOGO))
    return LogoCopy(name, file.width, file.height) if file else None


def _newest(connection: Connection, file: CampaignFile) -> LogoCopy | None:
    """Return the copy of that name that the campaign had last."""
    campaign = file.parsed()
    for version in file_versions.listed(connection, campaign.name, LOGO_VERSIONS):
        if not version.file.logo:
            continue
        try:
            before = version.file.parsed().logo
        except CampaignFileError:
            continue
        if before and campaign.logo and before.file == campaign.logo.file:
            return before.copy
    return None


def _fault(words: str) -> CampaignFileError:
    return CampaignFileError(
        f"email.logo: {words}", [FileFault("email", "logo", words)]
    )
