#!/bin/sh
# Finds libfiu for the tests of failing disks, or installs it where we may. Never
# fails and never waits long: without it those tests are skipped, and say how many.

if command -v fiu-run >/dev/null; then
  echo "tests have disks fail by the libfiu of this machine"
  exit 0
fi

# Offline, or while another program installs something, it is not waited for.
patience="-o Acquire::Retries=0 -o Acquire::http::Timeout=20 -o DPkg::Lock::Timeout=20"
install="apt-get install -y --no-install-recommends fiu-utils"
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "installing libfiu for the tests"
  if (timeout 90 apt-get update -q $patience &&
    DEBIAN_FRONTEND=noninteractive timeout 180 $install $patience) >/dev/null 2>&1; then
    exit 0
  fi
fi
echo "no libfiu: its tests are skipped; to run them: sudo $install"
