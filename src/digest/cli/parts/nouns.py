"""Every command: those of the whole program, and each noun with its verbs."""

from digest.cli import (
    audit,
    bounces,
    campaign,
    deliveries,
    golive,
    offers,
    post,
    report,
    schedule,
    source,
    status,
    users,
)
from digest.cli import list as mailing_list
from digest.cli.editions import edition, preview, testing
from digest.cli.parts.program import new_program
from digest.cli.people import complaints, subscribers
from digest.cli.post_room import calls, slips
from digest.cli.post_room import print as letters
from digest.cli.programs import key, secret_key, webhook
from digest.cli.service import installation, resuming, retention, serve

app = new_program()
for part in (
    serve,
    installation,
    status,
    resuming,
    retention,
    source,
    preview,
    testing,
    deliveries,
    golive,
    audit,
    report,
):
    part.add_to(app)
for name, noun in {
    "campaign": campaign,
    "source": source,
    "post": post,
    "edition": edition,
    "schedule": schedule,
    "list": mailing_list,
    "users": users,
    "key": key,
    "secret-key": secret_key,
    "webhook": webhook,
    "subscribers": subscribers,
    "print": letters,
    "calls": calls,
    "slips": slips,
    "bounces": bounces,
    "offers": offers,
    "complaints": complaints,
}.items():
    app.add_typer(noun.app, name=name)
