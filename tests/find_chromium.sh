#!/bin/sh
# Finds a Chromium for the browser tests, or installs one where we may. Never
# fails: without one those tests are skipped, and say how many.

for name in chromium chromium-browser google-chrome; do
  if found=$(command -v "$name"); then
    echo "browser tests use $found"
    exit 0
  fi
done

install="apt-get install -y --no-install-recommends chromium"
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "installing Chromium for the browser tests"
  if (apt-get update -q && DEBIAN_FRONTEND=noninteractive $install) >/dev/null 2>&1; then
    exit 0
  fi
fi
echo "no Chromium: the browser tests are skipped; to run them: sudo $install"
