"""Certificates for 127.0.0.1, good and bad, made by openssl."""

import shutil
import subprocess
from pathlib import Path

import pytest

OPENSSL = shutil.which("openssl")
needs_openssl = pytest.mark.skipif(
    OPENSSL is None, reason="openssl makes the test's certificate: apt install openssl"
)
_LONG_AGO = "-startdate 20200101000000Z -enddate 20200102000000Z"
_NAMED = "[x]\nsubjectAltName=IP:127.0.0.1\n"
_OFFICE = """
[ca]
default_ca = us
[us]
database = {folder}/index
new_certs_dir = {folder}
rand_serial = yes
default_md = sha256
policy = any
[any]
commonName = supplied
[req]
distinguished_name = name
[name]
"""


def certificate(folder: Path, name: str = "IP:127.0.0.1") -> Path:
    """Return a file with a key and a certificate for that name."""
    _run(
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
        f"-subj /CN=mail.example.org -addext subjectAltName={name} "
        f"-keyout {folder}/key.pem -out {folder}/cert.pem"
    )
    return _joined(folder)


def expired_certificate(folder: Path) -> Path:
    """Return a file with a key and a certificate that was good for a day, long ago."""
    (folder / "index").touch()
    (folder / "office.conf").write_text(_OFFICE.format(folder=folder) + _NAMED)
    _run(
        "req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes "
        f"-subj /CN=mail.example.org -keyout {folder}/key.pem -out {folder}/asked.pem"
    )
    _run(
        f"ca -batch -selfsign -config {folder}/office.conf -extensions x -notext "
        f"{_LONG_AGO} -keyfile {folder}/key.pem -in {folder}/asked.pem "
        f"-out {folder}/cert.pem"
    )
    return _joined(folder)


def _run(words: str) -> None:
    subprocess.run(  # noqa: S603 - openssl with words of our own
        [str(OPENSSL), *words.split()], check=True, capture_output=True
    )


def _joined(folder: Path) -> Path:
    both = folder / "both.pem"
    both.write_bytes(
        (folder / "key.pem").read_bytes() + (folder / "cert.pem").read_bytes()
    )
    return both
