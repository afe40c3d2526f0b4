#!/bin/sh
# Finds a PostgreSQL for the tests to start for themselves, or installs one where
# we may. Never fails: without one those tests are skipped, and say how many.

if command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then
  echo "tests start the PostgreSQL of this machine"
  exit 0
fi

install="apt-get install -y --no-install-recommends postgresql"
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "installing PostgreSQL for the tests"
  if (apt-get update -q && DEBIAN_FRONTEND=noninteractive $install) >/dev/null 2>&1; then
    exit 0
  fi
fi
echo "no PostgreSQL: its tests are skipped; to run them: sudo $install"
