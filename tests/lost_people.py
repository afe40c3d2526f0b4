"""People of whom something came back: what helps each is another thing."""

from sqlalchemy import Engine, insert, select

from digest.store.base.engine import writing
from digest.store.base.tables import bounce, subscriber
from digest.store.people import suppressions
from tests.builders import EIGHT
from tests.lists import an_edition, imported

HEAD = (
    "name,email,phone,address_1,address_2,postcode,format,"
    "consent_basis,consent_method,consent_wording"
)
HOME = "1 Example Street,EXAMPLETON,ZZ99 1AA"
# Agreed to letters; would have to be asked; has no other address; gets letters.
ANN = f"Ann Example,ann@example.org,,{HOME},,consent,form,Email me. By post if it fails"
BEA = f"Bea Example,bea@example.org,01632 960155,{HOME},html,consent,phone,Email me"
CY = "Cy Example,cy@example.org,01632 960156,,,,,,,"
DEE = f"Dee Example,dee@example.org,,{HOME.replace('1', '2')},letter,,,"


def four_lost(engine: Engine) -> list[int]:
    """Add four people whose emails bounced, the last of whom wants letters.

    Hers came back as well. There is a campaign already.
    """
    imported(engine, ANN, BEA, CY, DEE, head=HEAD)
    edition_id = an_edition(engine).id
    with writing(engine) as connection:
        those = select(subscriber).where(subscriber.c.email.like("%@example.org"))
        named = those.where(subscriber.c.name.like("% Example")).order_by("id")
        rows = list(connection.execute(named))[-4:]
        for row in rows:
            connection.execute(
                insert(bounce).values(
                    mark=f"b-{row.id}",
                    edition_id=edition_id,
                    reader_id=row.id,
                    kind="hard",
                    status="5.1.1",
                    words="bounced for good: 550 5.1.1 no such user",
                    recorded_at=EIGHT,
                )
            )
            email = {"email": row.email_hash}
            suppressions.add(connection, email, "bounced: 5.1.1", EIGHT)
        why = "letter 4.1 came back: gone away"
        suppressions.add(connection, {"post": rows[3].post_hash}, why, EIGHT)
    return [row.id for row in rows]
