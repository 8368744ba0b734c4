#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# symbols.sh BUILD: looks at the objects below BUILD (a folder such as
# build/debug that mirrors the tree) and complains about
#   - an exported name that does not begin with its module's prefix
#     (prefixes.tbl has the exceptions);
#   - an exported name that no other object uses: it should be static. Objects
#     of tests count as users.
set -eu
build=${1%/}
here=$(dirname "$0")
found=$(mktemp)
trap 'rm -f "$found"' EXIT
bad=0

# awk gets "path type name" lines, one a symbol, from all objects.
find "$build" -name '*.o' | LC_ALL=C sort | while read -r object; do
	# An object whose source was removed says nothing about the tree.
	source=${object#"$build"/}
	source=${source%.o}.c
	[ "${SYMBOLS_ALL:-}" ] || [ -f "$source" ] || continue
	nm -P -g "$object" | awk -v path="$source" '{ print path, $2, $1 }'
done | awk -v table="$here/prefixes.tbl" '
function fits(prefix, symbol)
{
	if (prefix ~ /_$/)
		return index(symbol, prefix) == 1
	return symbol == prefix
}

# Is there a line for this file, or a folder of it, with a fitting prefix?
function well_named(path, symbol,   at, module, n, i, words)
{
	module = path
	sub(/.*\//, "", module)
	sub(/[.]c$/, "", module)
	if (symbol == module || index(symbol, module "_") == 1)
		return 1
	for (at = path; at != ""; ) {
		n = split(allowed[at], words, " ")
		for (i = 1; i <= n; i++)
			if (fits(words[i], symbol))
				return 1
		if (!sub(/\/[^\/]*$/, "", at))
			break
	}
	return 0
}

BEGIN {
	while ((getline line < table) > 0) {
		if (line ~ /^#/ || line ~ /^[ \t]*$/)
			continue
		n = split(line, word, " ")
		for (i = 2; i <= n; i++)
			allowed[word[1]] = allowed[word[1]] " " word[i]
	}
}

# Names the compiler made, and the entry points other programs call.
$3 ~ /^(__|_GLOBAL_|main$|LLVMFuzzer)/ { next }
$2 == "U" { users[$3]++; next }
$2 ~ /^[TDBRCVW]$/ && $1 !~ /^tests\// { owner[$3] = $1 }

END {
	for (symbol in owner) {
		if (!well_named(owner[symbol], symbol)) {
			printf "%s: %s lacks its module prefix\n", \
			    owner[symbol], symbol
			bad++
		}
		if (!(symbol in users)) {
			printf "%s: %s is used nowhere else: make it static\n", \
			    owner[symbol], symbol
			bad++
		}
	}
	exit bad > 0
}' >"$found" || bad=1
LC_ALL=C sort "$found"
exit $bad
