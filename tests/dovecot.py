"""A Dovecot of the tests' own, and a relay before it that cuts a connection."""

import grp
import os
import pwd
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from imaplib import IMAP4
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep

START_SECONDS = 20
_PASSWORD = "a-secret"  # noqa: S105 - of a server that is thrown away
_CONFIG = """
base_dir = {place}/run
state_dir = {place}/state
log_path = {place}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
default_internal_user = {inside}
default_internal_group = {inside_group}
default_login_user = {login}
first_valid_uid = 0
mail_location = maildir:{place}/mail/%u
service imap-login {{
  chroot =
  service_count = 0
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
  # Nor does whoever signs in after a wrong password wait: all tests are one address.
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
auth_failure_delay = 0
mail_fsync = never
service imap {{
  service_count = 1000
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={place}/home
}}
"""


@dataclass(frozen=True, slots=True)
class Dovecot:
    """A server on this machine; whoever signs in has a mailbox, empty at first."""

    port: int

    def url(self, user: str, port: int = 0) -> str:
        """Return a user's mailbox as DIGEST_MAILBOX_URL takes it."""
        return f"imap://{user}:{_PASSWORD}@127.0.0.1:{port or self.port}/INBOX"

    @contextmanager
    def signed_in(self, user: str) -> Iterator[IMAP4]:
        """Yield a client that is signed in."""
        client = IMAP4("127.0.0.1", self.port, timeout=10)
        client.login(user, _PASSWORD)
        yield client
        client.logout()

    def bring(self, user: str, *messages: bytes) -> None:
        """Put messages into a mailbox."""
        with self.signed_in(user) as client:
            for message in messages:
                client.append("INBOX", "", "", message)

    def count(self, user: str, folder: str = "INBOX") -> int:
        """Return how many messages there are in a folder; 0 where it is not there."""
        with self.signed_in(user) as client:
            kind, numbers = client.select(folder, readonly=True)
            return int(numbers[0] or 0) if kind == "OK" and numbers else 0


@contextmanager
def running() -> Iterator[Dovecot]:
    """Yield a server that is thrown away at the end. Raises LookupError in words.

    For root, mailboxes are nobody's: Dovecot has none of root's.
    """
    program = shutil.which("dovecot") or "/usr/sbin/dovecot"
    if not Path(program).exists():
        raise LookupError("there is no Dovecot: apt-get install dovecot-imapd")
    with TemporaryDirectory() as folder:
        place = Path(folder)
        place.chmod(0o755)
        port = _configured(place)
        command = [program, "-F", "-c", str(place / "dovecot.conf")]
        process = subprocess.Popen(command)  # noqa: S603 - Dovecot, as it is installed
        try:
            _wait(port, process, place / "log")
            yield Dovecot(port)
        finally:
            process.terminate()
            process.wait(10)


def _configured(place: Path) -> int:
    """Write the configuration of a server into its folder; return its port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    is_root, me = os.geteuid() == 0, pwd.getpwuid(os.geteuid())
    owner = pwd.getpwnam("nobody") if is_root else me
    group = grp.getgrgid(me.pw_gid).gr_name
    for name in ("mail", "home"):
        (place / name).mkdir()
        os.chown(place / name, owner.pw_uid, owner.pw_gid)
    config = _CONFIG.format(
        place=place,
        port=port,
        password=_PASSWORD,
        uid=owner.pw_uid,
        gid=owner.pw_gid,
        inside="dovecot" if is_root else me.pw_name,
        inside_group="dovecot" if is_root else group,
        login="dovenull" if is_root else me.pw_name,
    )
    (place / "dovecot.conf").write_text(config)
    return port


def _wait(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    end = monotonic() + START_SECONDS
    while monotonic() < end and process.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1) as it:
            if it.recv(10).startswith(b"* OK"):
                return
        sleep(0.02)
    words = log.read_text()[-500:] if log.exists() else "it wrote no log"
    raise LookupError(f"Dovecot does not start here: {words}")


@contextmanager
def cut_at(port: int, step: int, *, is_done: bool) -> Iterator[int]:
    """Yield the port of a relay that cuts the first connection at a command.

    `is_done` lets the server have that command, and answer it to nobody.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(
            target=_relay, args=(listener, port, step, is_done), daemon=True
        )
        thread.start()
        yield listener.getsockname()[1]
        thread.join(10)


def _relay(listener: socket.socket, port: int, step: int, is_done: bool) -> None:  # noqa: FBT001 - a thread's argument
    client, _ = listener.accept()
    with client, socket.create_connection(("127.0.0.1", port), 10) as server:
        replies = threading.Event()

        def bring_back() -> None:
            with suppress(OSError):
                while content := server.recv(65536):
                    if not replies.is_set():
                        client.sendall(content)

        back = threading.Thread(target=bring_back, daemon=True)
        back.start()
        with suppress(OSError):
            for number, line in enumerate(client.makefile("rb"), 1):
                if number == step:
                    replies.set()
                    if is_done:
                        server.sendall(line)
                        server.shutdown(socket.SHUT_WR)
                        back.join(10)
                    break
                server.sendall(line)
        # Both ends at once, as where a cable is pulled.
        for end in (client, server):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
