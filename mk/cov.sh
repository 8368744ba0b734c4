#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# cov.sh BUILD: line and branch coverage of the product code, from what the
# tests of the cov variant left in BUILD. One line a file, the worst first, then
# the total. Details of one file: gcov -b -o BUILD/FOLDER FOLDER/FILE.c
set -eu
build=${1%/}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
root=$PWD

# gcov knows headers too (base/cursor.h is where the cursor lives). Its summary
# says "File '...'", "Lines executed:P% of N", "Branches executed:...",
# "Taken at least once:P% of N". A file seen from several objects is reported
# by each, as far as the object has code of it: the report about the most code
# counts, and the best one of equals, which is a lower bound of the union.
find "$build" -name '*.gcda' | while read -r data; do
	(cd "$tmp" && gcov -n -b -s "$root" -r \
	    -o "$root/$(dirname "$data")" "$root/$data" 2>/dev/null)
done | awk '
/^File / {
	file = $2
	gsub(/\047/, "", file)
	sub(/^\.\//, "", file)
	product = file ~ /^(base|snapshot|analyzer|cli|capture-agent)\//
}
# The last word about a file: behind the files stands a sum of them all.
/^(Calls executed|No calls)/ { product = 0 }
function part(text,   p) {
	sub(/^[^:]*:/, "", text)
	split(text, p, "% of ")
	share = p[1] + 0
	count = p[2] + 0
}
function better(count, share, old_count, old_share)
{
	return count > old_count || (count == old_count && share > old_share)
}
product && /^Lines executed/ {
	part($0)
	if (!(file in lines) || better(count, share, lines[file],
	    line_share[file])) {
		line_share[file] = share
		lines[file] = count
	}
}
product && /^Taken at least once/ {
	part($0)
	if (!(file in branches) || better(count, share, branches[file],
	    branch_share[file])) {
		branch_share[file] = share
		branches[file] = count
	}
}
END {
	for (file in lines) {
		printf "%6.1f %% of %5d lines  %6.1f %% of %5d branches  %s\n", \
		    line_share[file], lines[file], branch_share[file], \
		    branches[file], file
		all += lines[file]
		hit += lines[file] * line_share[file] / 100
		ball += branches[file]
		bhit += branches[file] * branch_share[file] / 100
	}
	if (all)
		printf "%6.1f %% of %5d lines  %6.1f %% of %5d branches  %s\n", \
		    100 * hit / all, all, ball ? 100 * bhit / ball : 0, ball, \
		    "total" >"/dev/stderr"
}' | sort -n
