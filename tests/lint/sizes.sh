#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# sizes.sh FILE...: the budgets of CONTRIBUTING.md. A function or file above a
# hard limit is named; the 95th percentiles are compared with theirs and printed,
# with the share of static functions and of comments, which have no gate.
#
# A function whose parameters a library dictates has, right before its type, a
# comment with NOLINTNEXTLINE(parameters) and the reason.
set -eu
max_lines=100 p95_lines=60
max_complex=20 p95_complex=12
max_params=6
max_file=1200 p95_file=800
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
bad=0

# p95 FILE: the 95th percentile of a file of numbers; 0 for an empty one.
p95()
{
	sort -n "$1" | awk '{ v[NR] = $1 }
	END { i = int(NR * 0.95 + 0.999999); print NR ? v[i] : 0 }'
}

# gate WHAT NUMBER LIMIT
gate()
{
	if [ "$2" -gt "$3" ]; then
		echo "p95 of $1 is $2; the limit is $3"
		bad=1
	fi
}

# pmccabe prints, tab-separated: modified and traditional complexity,
# statements, first line, lines, file(line): function.
pmccabe "$@" >"$tmp/functions" 2>"$tmp/errors" || true
if [ -s "$tmp/errors" ]; then
	sed 's/^/pmccabe: /' "$tmp/errors"
fi
awk -F '\t' -v lines=$max_lines -v complex=$max_complex -v out="$tmp" '
{
	where = $6
	sub(/\(/, ":", where)
	sub(/\)/, "", where)
	print $5 >(out "/lines")
	print $2 >(out "/complex")
	if ($5 > lines) {
		printf "%s has %d lines; the limit is %d\n", where, $5, lines
		bad = 1
	}
	if ($2 > complex) {
		printf "%s has a complexity of %d; the limit is %d\n", \
		    where, $2, complex
		bad = 1
	}
}
END { exit bad }' "$tmp/functions" || bad=1

ctags -x --language-force=C --kinds-C=f --_xformat='%N	%F:%n	%S	%P' "$@" \
    >"$tmp/tags" 2>/dev/null
awk '
/NOLINTNEXTLINE\(parameters\): [^ ]/ { armed = 2; next }
armed > 0 && /^[a-z_0-9]+\(/ { sub(/\(.*/, ""); print; armed = 0 }
{ armed -= armed > 0 }' "$@" >"$tmp/dictated"
awk -F '\t' -v max=$max_params -v dictated="$tmp/dictated" '
BEGIN {
	while ((getline line < dictated) > 0)
		free[line]
}
$1 in free { next }
{
	text = $3
	# Commas inside the parentheses of a function pointer do not count.
	sub(/^\(/, "", text)
	depth = 0
	count = (text == ")" || text == "void)") ? 0 : 1
	for (i = 1; i <= length(text); i++) {
		c = substr(text, i, 1)
		depth += (c == "(") - (c == ")")
		count += (c == "," && depth == 0)
	}
	if (count > max) {
		printf "%s: %s has %d parameters; the limit is %d\n", \
		    $2, $1, count, max
		bad = 1
	}
}
END { exit bad }' "$tmp/tags" || bad=1

for file in "$@"; do
	n=$(wc -l <"$file")
	echo "$n" >>"$tmp/files"
	if [ "$n" -gt $max_file ]; then
		echo "$file has $n lines; the limit is $max_file"
		bad=1
	fi
done

touch "$tmp/lines" "$tmp/complex" "$tmp/files"
lines=$(p95 "$tmp/lines")
complex=$(p95 "$tmp/complex")
files=$(p95 "$tmp/files")
gate "function length" "$lines" $p95_lines
gate "complexity" "$complex" $p95_complex
gate "file length" "$files" $p95_file
# A definition is static when the word stands on its own or the previous line.
share=$(awk '
FNR == 1 { before = "" }
/^[a-z_0-9]+\(/ { n++; static += before ~ /^static / }
{ before = $0 }
/^[ \t]*(\/\*|\*|\/\/)/ { comment++ }
NF { all++ }
END {
	printf "%d %% of functions static, %d %% of lines comment", \
	    n ? 100 * static / n : 0, all ? 100 * comment / all : 0
}' "$@")
echo "$(wc -l <"$tmp/functions") functions in $# files:" \
    "p95 $lines lines, complexity $complex, file $files lines; $share"
exit $bad
