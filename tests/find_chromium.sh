#!/bin/sh
# Finds a Chromium for the browser tests, or installs one where we may: first the one
# that has no windows, with which they take least time. Never fails: without any those
# tests are skipped, and say how many.

find_one() {
  for name in chromium-headless-shell chromium chromium-browser google-chrome; do
    command -v "$name" && return
  done
  return 1
}

install_one() {
  DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$1" \
    >/dev/null 2>&1
}

found=$(find_one)
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  if [ -z "$found" ]; then
    echo "installing Chromium for the browser tests"
    apt-get update -q >/dev/null 2>&1
    install_one chromium-headless-shell || install_one chromium
  elif ! command -v chromium-headless-shell >/dev/null \
    && apt-cache show chromium-headless-shell >/dev/null 2>&1; then
    echo "installing a Chromium without windows for the browser tests"
    install_one chromium-headless-shell
  fi
fi

if found=$(find_one); then
  echo "browser tests use $found"
else
  echo "no Chromium: the browser tests are skipped; to run them: sudo apt-get install -y --no-install-recommends chromium-headless-shell"
fi
