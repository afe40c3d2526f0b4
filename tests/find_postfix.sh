#!/bin/sh
# Prints the folder of Postfix's smtp-sink and smtp-source: those of this machine,
# or Debian's package unpacked, not installed, in the folder that is given.
# Fails, saying so, where neither can be had.
set -eu
cache=$1

for place in /usr/sbin "$cache/usr/sbin"; do
  if [ -x "$place/smtp-sink" ] && [ -x "$place/smtp-source" ]; then
    echo "$place"
    exit 0
  fi
done

if command -v apt-get >/dev/null && command -v dpkg >/dev/null; then
  mkdir -p "$cache"
  cd "$cache"
  if apt-get download postfix >/dev/null 2>&1 && dpkg -x postfix_*.deb .; then
    rm -f postfix_*.deb
    echo "$cache/usr/sbin"
    exit 0
  fi
fi
echo "no smtp-sink: apt-get install postfix" >&2
exit 1
