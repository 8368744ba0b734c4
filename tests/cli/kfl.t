#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The examples of docs/kfl.md find what it says they find, and what is shown
# there of --explain is what it prints. kfl(7) has examples as well.
set -u
. tests/cli/tap.sh

shop=samples/shop.tar.gz

# A query that begins with a blank is not taken for a file.
try()
{
	query=$1
	want=$(printf '%s\n' "$query" | sed -n 's|.* // \([0-9]*\)$|\1|p')
	got=$("$analyzer" query --count "$shop" " $query" 2>&1)
	if [ -n "$want" ]; then
		is "$query" "$got" "$want"
	elif [ "$got" -gt 0 ] 2>/dev/null; then
		pass "$query"
	else
		fail "$query"
		echo "# $got"
	fi
}

awk '/^```/ { inside = $0 == "```kfl"; next } inside' docs/kfl.md >"$tmp/md"
sed -n 's/^\.Dl //p' docs/man/kfl.7 >"$tmp/man"
while IFS= read -r line; do
	try "$line"
done <"$tmp/md"
while IFS= read -r line; do
	try "$line"
done <"$tmp/man"
is 'there are examples in both' \
	"$(($(wc -l <"$tmp/md") > 20 && $(wc -l <"$tmp/man") > 5))" 1

awk '/^```/ { inside = 0 } inside; /^[$] analyzer query --explain/ { inside = 1 }' \
	docs/kfl.md >"$tmp/want"
"$analyzer" query --explain "$shop" 'src.port == 6379 and src.ip == r"^10"' \
	>"$tmp/out"
same '--explain is as documented' "$tmp/out" "$tmp/want"

done_testing
