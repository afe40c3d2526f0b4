"""A sender's domain, looked up with a name server on the loopback, and its page."""

from collections.abc import Iterator
from socketserver import BaseRequestHandler, ThreadingUDPServer
from threading import Thread

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import pytest
from starlette.testclient import TestClient

from digest.bootstrap import App
from digest.cli.service.checking import run_checks
from digest.deliver import sender_dns
from digest.deliver.sender_dns import look_up
from digest.model.roles import Role
from digest.model.sender_records import DomainAnswers
from digest.web.app import make_app
from tests.builders import SITE
from tests.integration.test_file_page import words_of
from tests.staff import signed_in

ZONE = {
    ("news.example.org.", "TXT"): ['"v=spf1 include:" "mail.example.net ~all"', '"x"'],
    ("news.example.org.", "MX"): ["10 mx.example.org."],
    ("_dmarc.example.org.", "TXT"): ['"v=DMARC1; p=none"'],
    ("s1._domainkey.news.example.org.", "TXT"): ['"v=DKIM1; p=x"'],
    ("example.org.", "MX"): ["0 ."],
}
SILENT = "silent.example."
UNKNOWN = DomainAnswers()


class NameServer(BaseRequestHandler):
    """Answers from the zone above; what is under the silent name it never answers."""

    def handle(self) -> None:
        """Answer one question."""
        wire, socket = self.request
        query = dns.message.from_wire(wire)
        name = query.question[0].name.to_text().lower()
        kind = dns.rdatatype.to_text(query.question[0].rdtype)
        if name.endswith(SILENT):
            return
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.RA
        rows = ZONE.get((name, kind))
        if rows:
            reply.answer.append(dns.rrset.from_text(name, 60, "IN", kind, *rows))
        elif not any(there.endswith(name) for there, _ in ZONE):
            reply.set_rcode(dns.rcode.NXDOMAIN)
        socket.sendto(reply.to_wire(), self.client_address)


@pytest.fixture(autouse=True)
def name_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have the machine's resolver be one that asks a server on the loopback."""
    with ThreadingUDPServer(("127.0.0.1", 0), NameServer) as server:
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers, resolver.port = ["127.0.0.1"], server.server_address[1]
        monkeypatch.setattr(dns.resolver, "default_resolver", resolver)
        monkeypatch.setattr(sender_dns, "DNS_SECONDS", 0.5)
        thread = Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield
        server.shutdown()
        thread.join()


def test_records_are_found_also_at_the_domain_above() -> None:
    assert look_up("news.example.org") == DomainAnswers(
        ("v=spf1 include:mail.example.net ~all", "x"),
        ("v=DMARC1; p=none",),
        has_keys=True,
        exchangers=("mx.example.org.",),
    )


def test_what_is_not_there_is_none_and_no_unknown() -> None:
    assert look_up("quay.example.net") == DomainAnswers(
        (), (), has_keys=False, exchangers=()
    )


@pytest.mark.parametrize("domain", ["silent.example", "a..b", "x" * 70 + ".org"])
def test_what_cannot_be_asked_is_unknown(domain: str) -> None:
    answers = look_up(domain)

    assert (answers.texts, answers.has_keys, answers.exchangers) == (None, None, None)


def test_the_page_says_what_to_mend_and_keeps_nobody_from_going_live(
    program: App,
) -> None:
    ours = {"Origin": SITE}
    with TestClient(make_app(program), base_url=SITE, headers=ours) as client:
        signed_in(client, program, Role.EDITOR, "Ann")
        page = words_of(client.get("/desk/golive/domains").text)

    assert "SPF is to be mended" in page
    assert "MX is to be mended example.org says that it takes no mail" in page
    assert "DMARC is there" in page


def test_the_check_lists_the_same_as_advice_and_what_is_unknown_as_that(
    program: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = program.settings.model_copy(update={"live": True})
    records = [check for check in run_checks(live) if check.name.startswith("sender ")]
    monkeypatch.setattr("digest.cli.service.checking.look_up", lambda _: UNKNOWN)
    unknown = [check for check in run_checks(live) if check.name.startswith("sender ")]

    assert [check.name for check in records] == [
        f"sender example.org: {name}" for name in ("SPF", "DKIM", "DMARC", "MX")
    ]
    assert records[0].words.startswith("to mend: example.org does not say who may send")
    assert records[2].words == "is there"
    assert {check.words for check in unknown} == {"could not be looked up from here"}
    assert all(check.is_good for check in (*records, *unknown))
