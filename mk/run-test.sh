#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# run-test.sh TEST [ARG...]: how prove starts one test, always from the root of
# the repository. A fuzz replay program gets its corpus; everything gets a time
# limit, because a hanging test must fail and not stop the run. With TALLY=FILE
# a line "passed failed skipped name" is appended for whoever counts.
set -u
test=$1
shift
case $test in
*/fuzz_*.t)
	name=${test##*/fuzz_}
	corpus=tests/fuzz/corpus/${name%.t}
	if [ ! -d "$corpus" ]; then
		echo "not ok 1 - $corpus exists"
		echo 1..1
		exit 1
	fi
	set -- "$corpus"
	;;
esac
# The path may come without a folder, and must not be looked up in PATH.
case $test in */*) ;; *) test=./$test ;; esac

export ASAN_OPTIONS="${ASAN_OPTIONS:-detect_stack_use_after_return=1:strict_string_checks=1:allocator_may_return_null=1}"
export UBSAN_OPTIONS="${UBSAN_OPTIONS:-print_stacktrace=1}"
export TSAN_OPTIONS="${TSAN_OPTIONS:-halt_on_error=1}"

if [ -z "${TALLY:-}" ]; then
	exec timeout "${TEST_TIMEOUT:-900}" "$test" "$@" </dev/null
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
{
	timeout "${TEST_TIMEOUT:-900}" "$test" "$@" </dev/null
	echo $? >"$log.rc"
} | tee "$log"
rc=$(cat "$log.rc")
rm -f "$log.rc"
skipped=$(grep -ciE '^(ok|1\.\.0).*# *skip' "$log")
passed=$(($(grep -c '^ok' "$log") - $(grep -ciE '^ok.*# *skip' "$log")))
failed=$(grep -c '^not ok' "$log")
if [ "$rc" -ne 0 ] && [ "$failed" -eq 0 ]; then
	failed=1
fi
echo "$passed $failed $skipped $test" >>"$TALLY"
exit "$rc"
