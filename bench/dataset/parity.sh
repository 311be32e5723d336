#!/bin/sh
# parity.sh OP ANSWER.json DATABASE_URL - does a server's answer hold what the database holds?
#
# ops/OP.jq reduces the answer to lines of tab-separated values, and ops/OP.sql gives the same
# lines when psql runs it. Prints the difference and exits 1 if there is one. The numbers that
# pgbench draws are fixed here to those of ops/OP.variables.json.
set -eu

op=$1 answer=$2 url=$3
ops=$(dirname "$0")/ops
case $op in
W1) i=626 ;; # days from 2024-01-01 to the date in W1.variables.json
*) i=1 ;;
esac

got=$(mktemp) want=$(mktemp)
trap 'rm -f "$got" "$want"' EXIT
jq -rf "$ops/$op.jq" "$answer" >"$got"
grep -v '^\\set' "$ops/$op.sql" |
	PGTZ=UTC psql -XAtq -F "$(printf '\t')" -v ON_ERROR_STOP=1 -v i=$i -v n=1 "$url" >"$want"
[ -s "$want" ] || {
	echo "$op: the database gives no rows" >&2
	exit 2
}
diff "$want" "$got" && echo "$op: $(wc -l <"$want") rows, equal"
