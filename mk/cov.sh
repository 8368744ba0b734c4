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
# by each; the best figure is shown, which is a lower bound of the union.
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
function part(text,   p) {
	sub(/^[^:]*:/, "", text)
	split(text, p, "% of ")
	share = p[1]
	count = p[2]
}
product && /^Lines executed/ {
	part($0)
	if (!(file in lines) || share > line_share[file]) {
		line_share[file] = share + 0
		lines[file] = count + 0
	}
}
product && /^Taken at least once/ {
	part($0)
	if (!(file in branches) || share > branch_share[file]) {
		branch_share[file] = share + 0
		branches[file] = count + 0
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
