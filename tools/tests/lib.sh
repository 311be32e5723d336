# Sourced by the tests of the tools: a toy tree to work in, and two ways to ask. Prints TAP.
# fine NAME COMMAND…           passes when the command succeeds
# caught NAME TEXT COMMAND…    passes when it fails and its output contains TEXT
set -u
tools=$(cd "$(dirname "$0")/.." && pwd)
top=$(dirname "$tools")
toy=$(mktemp -d "${TMPDIR:-/tmp}/fraiseql-tools.XXXXXX") || exit 1
trap 'rm -rf "$toy"' EXIT
cd "$toy" || exit 1
count=0 failed=0

verdict() { # OK-OR-NOT NAME OUTPUT
	count=$((count + 1))
	echo "$1 $count - $2"
	[ "$1" = ok ] && return
	failed=$((failed + 1))
	printf '%s\n' "$3" | sed 's/^/# /'
}
fine() {
	name=$1; shift
	if out=$("$@" 2>&1); then verdict ok "$name" ""; else verdict "not ok" "$name" "$out"; fi
}
caught() {
	name=$1 want=$2; shift 2
	if out=$("$@" 2>&1); then verdict "not ok" "$name" "succeeded; $out"; return; fi
	case $out in
	*"$want"*) verdict ok "$name" "" ;;
	*) verdict "not ok" "$name" "wanted: $want
got: $out" ;;
	esac
}
put() { # FILE, text on stdin
	mkdir -p "$(dirname "$1")" && cat >"$1"
}
done_testing() {
	echo "1..$count"
	[ "$failed" -eq 0 ]
	exit
}
