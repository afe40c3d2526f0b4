#!/bin/sh
# Makes the secrets that docker-compose.yml hands to its services, once: what is
# there stays. The folder is for you alone; its files are for the containers.
set -eu

folder=secrets
[ -e "$folder" ] && { echo "$folder is there already; nothing was changed"; exit 0; }
random() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; }

mkdir -m 700 "$folder"
password=$(random)
printf '%s' "$password" >"$folder/postgres_password"
printf 'postgresql+psycopg://digest:%s@postgres/digest' "$password" >"$folder/database_url"
random >"$folder/secret_key"
chmod 644 "$folder"/*
echo "made $folder: keep a copy somewhere safe, and never put it under version control"
