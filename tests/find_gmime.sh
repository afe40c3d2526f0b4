#!/bin/sh
# Finds GMime, which reads our emails back, or installs it where we may. Never fails
# and never waits long: without it those tests are skipped, and say how many.

if ldconfig -p 2>/dev/null | grep -q libgmime-3.0; then
  echo "tests read emails back by the GMime of this machine"
  exit 0
fi

# Offline, or while another program installs something, it is not waited for.
patience="-o Acquire::Retries=0 -o Acquire::http::Timeout=20 -o DPkg::Lock::Timeout=20"
install="apt-get install -y --no-install-recommends libgmime-3.0-0"
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "installing GMime for the tests"
  if (timeout 90 apt-get update -q $patience &&
    DEBIAN_FRONTEND=noninteractive timeout 180 $install $patience) >/dev/null 2>&1; then
    exit 0
  fi
fi
echo "no GMime: its tests are skipped; to run them: sudo $install"
