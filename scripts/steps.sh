# Sourced: runs named steps, all of them, and tells at the end how each went.
# step NAME COMMAND…   output goes to the screen; the result and the time are kept
# steps_done FILE…     prints the table and, with tools/count, what FILE… and the steps add up to
steps=$(mktemp) || exit 1
trap 'rm -f "$steps"' EXIT

step() {
	step_name=$1; shift
	printf '\n== %s\n' "$step_name"
	step_start=$(date +%s)
	if "$@"; then step_result=OK; else step_result=FAIL; fi
	printf '{"name": "%s", "result": "%s", "stdout": "", "seconds": %d}\n' \
		"$step_name" "$step_result" $(($(date +%s) - step_start)) >>"$steps"
}

steps_done() {
	printf '\n== summary\n'
	awk -F'"' '{ n = $4; r = $8; sub(/.*: /, ""); printf "%-5s %-30s %5d s\n", r, n, $0 }' \
		"$steps"
	cp "$steps" build/steps.json
	tools/count "$@" build/steps.json
}
