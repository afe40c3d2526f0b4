"""What needs a person: of a campaign's editions, and copies that reached nobody."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from digest.compose import lifecycle
from digest.model.delivery.delivery import DeliveryState
from digest.model.editions.edition import EditionState
from digest.model.moves import EDITION_MOVES
from digest.model.staff_words import counted, moment_in_words
from digest.schedule.limits import (
    CAUSES_NAMED,
    EDITION_TROUBLES_FOR,
    EDITIONS_LISTED,
    READERS_NAMED,
)
from digest.schedule.reports.troubles.trouble import (
    Trouble,
    TroubleCure,
    TroublePlace,
)
from digest.store.base.asked_together import Asked
from digest.store.base.modes import mode_of
from digest.store.base.read_once import read_once, those_ahead
from digest.store.campaigns import campaigns
from digest.store.campaigns.campaigns import StoredCampaign
from digest.store.delivery.deliveries import DeliveryKey
from digest.store.editions import editions, nudges, renditions
from digest.store.editions.editions import Edition
from digest.store.reports.editions import edition_copies, unserved
from digest.store.reports.editions.unserved import UnservedCause


def last_editions(connection: Connection, campaign_id: int) -> list[Edition]:
    """Return the newest editions of a campaign, as many as are looked at."""
    return editions.latest(connection, campaign_id, EDITIONS_LISTED)


def of_editions(
    connection: Connection, stored: StoredCampaign, now: datetime
) -> list[Trouble]:
    """Return what a person should look at of a campaign's newest editions."""
    newest, title = _newest(connection, stored), stored.campaign.title
    troubles = [
        stopped_short(edition, title, fault)
        for edition in newest
        if edition.state in EDITION_MOVES.unfinished
        and (fault := renditions.publishing_fault(connection, edition.id))
    ]
    for edition in newest:
        if now - edition.slot < EDITION_TROUBLES_FOR:
            troubles += _of_edition(connection, edition, title)
    every = read_once(
        connection, ("unserved", now), lambda: _unserved_in_each(connection, now)
    )
    causes = [each for each in every if each.campaign_id == stored.id]
    return troubles + _unserved(title, causes)


def questions(connection: Connection, now: datetime) -> tuple[Asked, ...]:
    """Return what is asked of the editions looked ahead to, to be asked with others."""
    ahead = those_ahead(connection)
    return (
        *renditions.questions(ahead),
        *edition_copies.questions_in_words(ahead),
        *unserved.cause_questions(_lately(connection, now), READERS_NAMED),
    )


def _newest(connection: Connection, stored: StoredCampaign) -> list[Edition]:
    return [
        edition
        for edition in last_editions(connection, stored.id)
        if edition.mode in mode_of(connection).counted
    ]


def _unserved_in_each(connection: Connection, now: datetime) -> list[UnservedCause]:
    """Return why readers of every campaign were not reached lately."""
    return unserved.unserved_causes(connection, _lately(connection, now), READERS_NAMED)


def _lately(connection: Connection, now: datetime) -> list[int]:
    return [
        edition.id
        for stored in campaigns.listed(connection)
        for edition in _newest(connection, stored)
        if now - edition.slot < EDITION_TROUBLES_FOR
    ]


def stopped_short(edition: Edition, campaign: str, fault: str) -> Trouble:
    """Return that an edition of a campaign of that title cannot go on, and why."""
    name = f"{campaign}, {edition.schedule}, {edition.title}"
    return Trouble(f"{name} cannot go on:", f"{fault.rstrip('.')}.")


def not_rendered(edition: Edition, campaign: str, fault: str) -> Trouble:
    """Return that an edition cannot be made as some readers need it, and why."""
    name = f"{campaign}, {edition.schedule}, {edition.title}"
    return Trouble(f"{name} cannot be made for some:", f"{fault.rstrip('.')}.")


def _of_edition(
    connection: Connection, edition: Edition, campaign: str
) -> list[Trouble]:
    name = f"{campaign}, {edition.schedule}, {edition.title}"
    troubles = []
    if edition.is_recalled and edition.state is EditionState.OPEN:
        troubles.append(
            Trouble(
                f"{name} was called back, and waits for you.",
                f"Change it, then say by {_approve_by(connection, edition)}: "
                f"digest edition approve {edition.id}",
                cure=TroubleCure(
                    TroublePlace.EDITION,
                    "Change it, then let it go",
                    edition_id=edition.id,
                    about=f"By {_approve_by(connection, edition)}.",
                ),
            )
        )
    if edition.state is EditionState.FROZEN:
        troubles.append(
            Trouble(
                f"{name} waits for approval.",
                f"Say by {_approve_by(connection, edition)}: "
                f"digest edition approve {edition.id}",
                cure=TroubleCure(
                    TroublePlace.APPROVAL,
                    "Read and approve",
                    edition_id=edition.id,
                    about=f"Until {_approve_by(connection, edition)}.",
                ),
            )
        )
    if lifecycle.waits(edition) and (
        since := nudges.unsent_since(connection, edition.id)
    ):
        troubles.append(_untold(connection, edition, name, since))
    batches = edition_copies.batches_to_post(connection, edition.id)
    if batches and not edition.is_rehearsal:
        count = sum(each.letters for each in batches.values())
        letters = counted(count, "letter waits", "letters wait")
        is_on_paper = all(each.is_printed for each in batches.values())
        to_do = "posted" if is_on_paper else "printed and posted"
        files = "" if is_on_paper else "The files: digest print list. "
        say = ", then ".join(f"digest print posted {batch_id}" for batch_id in batches)
        troubles.append(
            Trouble(
                f"{name}: {letters} to be {to_do}.",
                f"{files}Once they are in the post, say: {say}",
                cure=TroubleCure(TroublePlace.POST_ROOM, "Open the post room"),
            )
        )
    if edition.state is EditionState.MISSED:
        troubles.append(
            Trouble(f"{name} was missed.", "Its posts go into the next one.")
        )
    troubles += [
        not_rendered(edition, campaign, fault)
        for fault in renditions.faults(connection, edition.id)
    ]
    troubles += [
        Trouble(f"{name}, letters:", f"{words.rstrip('.')}.")
        for words in renditions.unprinted(connection, edition.id)
    ]
    if weight := renditions.too_heavy(connection, edition.id):
        troubles.append(
            Trouble(
                f"{name}: its pictures would have made each email "
                f"{weight / 1_000_000:.1f} MB larger, so emails link to them instead.",
                'Show fewer, or set pictures = "hosted" in the campaign file.',
            )
        )
    return troubles


def _untold(
    connection: Connection, edition: Edition, name: str, since: datetime
) -> Trouble:
    """Return that a mail which asks for approval did not reach all it is for."""
    campaign = campaigns.load(connection, edition.campaign_id)
    at = moment_in_words(since, campaign.timezone)
    look = "Then look at approvers in the campaign file, and at the mail server"
    return Trouble(
        f"{name}: the mail that asks for approval could not be sent to everybody, "
        f"first on {at}.",
        f"Tell them yourself. {look}: digest check",
        cure=TroubleCure(
            TroublePlace.CAMPAIGN_FILE,
            "Look at the approvers",
            campaign.name,
            about=f"Tell them yourself. {look}.",
        ),
    )


def _unserved(campaign: str, causes: Sequence[UnservedCause]) -> list[Trouble]:
    """Return why readers were not reached, each cause once with how many share it."""
    troubles = [_about(campaign, cause) for cause in causes[:CAUSES_NAMED]]
    if rest := causes[CAUSES_NAMED:]:
        count = sum(cause.readers for cause in rest)
        newest = max(cause.edition_id for cause in rest)
        troubles.append(
            Trouble(
                f"{campaign}: {counted(count, 'reader was', 'readers were')} not "
                "reached for other reasons.",
                f"See: digest deliveries {newest}",
                cure=_of_run(newest, "", "Who, and why"),
            )
        )
    return troubles


def _about(campaign: str, cause: UnservedCause) -> Trouble:
    more = cause.readers - len(cause.names)
    who = ", ".join(cause.names) + (f" and {more:,} more" if more > 0 else "")
    reason = cause.reason.rstrip(".")
    see = f"See: digest deliveries {cause.edition_id} --state {cause.state}"
    match cause.state:
        case DeliveryState.UNCERTAIN:
            copies = counted(cause.readers, "copy", "copies")
            key = DeliveryKey(cause.edition_id, cause.reader_id)
            settle = f"Say: digest deliveries settle {key} resend (or: accepted)"
            return Trouble(
                f"{campaign}: {copies} may or may not have arrived: {reason}. {who}.",
                settle if cause.readers == 1 else f"{see}, and settle each.",
                names_readers=True,
                cure=_of_run(
                    cause.edition_id,
                    cause.state,
                    "Settle it" if cause.readers == 1 else "Settle them",
                ),
            )
        case DeliveryState.PLANNED:
            letters = counted(cause.readers, "letter waits", "letters wait")
            return Trouble(
                f"{campaign}: {letters}: {reason}. {who}.",
                see,
                names_readers=True,
                cure=_of_run(cause.edition_id, cause.state, "Whose they are"),
            )
        case _:
            readers = counted(cause.readers, "reader was", "readers were")
            return Trouble(
                f"{campaign}: {readers} not reached: {reason}. {who}.",
                see,
                names_readers=True,
                cure=_of_run(
                    cause.edition_id,
                    cause.state,
                    "Send them again"
                    if cause.state == DeliveryState.REFUSED
                    else "Who, and what to ask for",
                ),
            )


def _approve_by(connection: Connection, edition: Edition) -> str:
    campaign = campaigns.load(connection, edition.campaign_id)
    until = lifecycle.approve_by(edition, campaign)
    return moment_in_words(until, campaign.timezone)


def _of_run(edition_id: int, state: str, words: str) -> TroubleCure:
    return TroubleCure(TroublePlace.RUN, words, edition_id=edition_id, state=state)
