#!/bin/sh
# load.sh VOLUME DATABASE_URL - creates (or replaces) the schema benchmark and fills it.
# VOLUME is xs, medium or large: 100, 10,000 or 100,000 users, five times as many posts,
# twenty times as many comments.
set -eu

case "${1:-}" in
xs) users=100 ;;
medium) users=10000 ;;
large) users=100000 ;;
*)
	echo "usage: load.sh xs|medium|large DATABASE_URL" >&2
	exit 2
	;;
esac
url=${2:?"usage: load.sh $1 DATABASE_URL"}
here=$(dirname "$0")

export PGOPTIONS="${PGOPTIONS:-} -c client_min_messages=warning -c timezone=UTC"
psql -Xq -v ON_ERROR_STOP=1 \
	-v users=$users -v posts=$((users * 5)) -v comments=$((users * 20)) \
	-c 'drop schema if exists benchmark cascade' \
	-f "$here/schema.sql" -f "$here/load.sql" "$url"
