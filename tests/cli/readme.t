#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The commands of the README and the examples of the man page work as they say.
set -u
. tests/cli/tap.sh

mkdir "$tmp/bin"
ln -s "$(realpath "$analyzer")" "$tmp/bin/analyzer"
PATH=$tmp/bin:$PATH
export PATH

# Each fenced block that calls the program, but for the alias.
awk -v folder="$tmp" '
/^```/ {
	inside = !inside
	if (inside)
		n++
	next
}
inside && !/^alias/ { print >(folder "/block" n ".sh") }' README.md
for block in "$tmp"/block*.sh; do
	grep -q analyzer "$block" || continue
	status "README, from '$(head -n 1 "$block")'" 0 sh -e "$block"
	is 'nothing is complained about' "$(cat "$tmp/err")" ''
	is 'something is answered' "$([ -s "$tmp/out" ] && echo yes)" yes
done
is 'there were blocks' "$(grep -l analyzer "$tmp"/block*.sh | wc -l)" 2

sed -n 's/^[.]Dl \$ //p' docs/man/analyzer.1 |
	grep samples/ >"$tmp/examples"
is 'the man page has examples' "$(wc -l <"$tmp/examples")" 3
while read -r line; do
	status "man page: $line" 0 sh -c "$line"
	is 'something is answered' "$([ -s "$tmp/out" ] && echo yes)" yes
done <"$tmp/examples"

done_testing
