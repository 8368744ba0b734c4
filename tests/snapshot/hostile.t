#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Archives that mean no good, through the program: what is wrong is refused and
# named, what is honest around it is read, nothing is written outside the
# workspace, and the exit status is 4.
set -u
analyzer=${BIN:-build/bin}/analyzer
mkhostile=${BUILD:-build/release}/tests/gen/mkhostile
n=0
bad=0

ok()
{
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
		bad=$((bad + 1))
		sed 's/^/# /' "$tmp/out" "$tmp/err" 2>/dev/null | head -20
	fi
}

if [ ! -x "$analyzer" ] || [ ! -x "$mkhostile" ]; then
	echo "1..0 # SKIP analyzer or mkhostile is not built"
	exit 0
fi
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
kind="start"

# run ARG...: sets $rc; output in $tmp/out and $tmp/err
run()
{
	rc=0
	"$analyzer" "$@" --workspace "$tmp/ws/$kind" \
	    >"$tmp/out" 2>"$tmp/err" || rc=$?
}

has_packets()
{
	tail -n 1 "$tmp/out" | tr -d ' ' | grep -q "\"packets\":{\"total\":$1,"
}

"$mkhostile" list >"$tmp/list"
while read -r kind refused; do
	"$mkhostile" "$kind" "$tmp/$kind.tar.gz"
	run index --json "$tmp/$kind.tar.gz"
	[ "$rc" -eq 4 ]
	ok $? "$kind: exit status 4 (is $rc)"
	has_packets 2
	ok $? "$kind: the members before and after it are read"
	[ "$refused" != - ] || continue
	run diag --json "$tmp/$kind.tar.gz"
	# JSON doubles the backslashes of a name that was spelled out.
	sed 's/\\\\/\\/g' "$tmp/out" | grep -qF -- "\"$refused\""
	ok $? "$kind: $refused is named"
	run diag "$tmp/$kind.tar.gz"
	! LC_ALL=C grep -q "$(printf '\033')" "$tmp/out" "$tmp/err"
	ok $? "$kind: and can be shown"
done <"$tmp/list"

find "$tmp" /tmp/absolute.pcap -name up.pcap -o -name absolute.pcap \
    >"$tmp/out" 2>/dev/null
[ ! -s "$tmp/out" ]
ok $? "nothing is written outside the workspace"
find "$tmp/ws" \( -type l -o -type p -o -type c -o -type b \) >"$tmp/out"
[ ! -s "$tmp/out" ]
ok $? "no link, pipe or device is in the workspace"
find "$tmp/ws" -path '*/evidence/*' -type f -perm /222 >"$tmp/out"
[ ! -s "$tmp/out" ]
ok $? "evidence is read-only"

kind="cut"
# Cut anywhere: the status says so, and the workspace holds no leftovers.
"$mkhostile" header "$tmp/cut.tar.gz"
size=$(wc -c <"$tmp/cut.tar.gz")
for part in 25 50 75 95; do
	head -c $((size * part / 100)) "$tmp/cut.tar.gz" >"$tmp/cut.$part"
	run index --json "$tmp/cut.$part"
	[ "$rc" -eq 3 ] || [ "$rc" -eq 4 ]
	ok $? "an archive cut at $part %: exit status 3 or 4 (is $rc)"
done
find "$tmp/ws" -name "tmp-*" >"$tmp/out"
[ ! -s "$tmp/out" ]
ok $? "nothing unfinished is left"

printf 'words' >"$tmp/words"
: >"$tmp/nothing"
for file in words nothing none; do
	run index "$tmp/$file"
	[ "$rc" -eq 3 ]
	ok $? "$file: exit status 3 (is $rc)"
	grep -q "$file" "$tmp/err"
	ok $? "$file: the message names it"
done

echo "1..$n"
[ "$bad" -eq 0 ]
