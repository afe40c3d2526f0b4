#!/bin/sh
# Finds a Dovecot for the tests to start for themselves, or installs one where we may.
# Never fails: without one those tests are skipped, and say so.

if command -v dovecot >/dev/null || [ -x /usr/sbin/dovecot ]; then
  echo "tests start the Dovecot of this machine"
  exit 0
fi

install="apt-get install -y --no-install-recommends dovecot-imapd"
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "installing Dovecot for the tests"
  if (apt-get update -q && DEBIAN_FRONTEND=noninteractive $install) >/dev/null 2>&1; then
    exit 0
  fi
fi
echo "no Dovecot: its test is skipped; to run it: sudo $install"
