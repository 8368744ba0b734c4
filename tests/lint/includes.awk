# SPDX-License-Identifier: Apache-2.0
#
# awk -f includes.awk includes.tbl FILE...
# Prints "file:line: rule" for each include that the table does not allow and
# exits 1 if there was one. The table explains itself.

# The unit of a path by the longest pattern that fits, or "" for none. Sets
# home to the folder that the pattern matched.
function unit_of(path,   i, best, n, pattern)
{
	best = ""
	n = -1
	for (i = 1; i <= units; i++) {
		pattern = regex[i]
		if (match(path, pattern) && RLENGTH > n) {
			n = RLENGTH
			best = name[i]
			home = substr(path, 1, RLENGTH)
		}
	}
	return best
}

function library_of(header,   prefix)
{
	if (header in library)
		return library[header]
	prefix = header
	while (sub(/[^\/]*$/, "", prefix) && prefix != "") {
		if ((prefix "*") in library)
			return library[prefix "*"]
		sub(/\/$/, "", prefix)
	}
	return ""
}

function complain(text)
{
	printf "%s:%d: %s\n", FILENAME, FNR, text
	bad++
}

function check_project(header,   to, from_home)
{
	from_home = home
	to = unit_of(header)
	if (to == "")
		complain("\"" header "\" is not a path from the root")
	else if (to == from && home != from_home)
		complain("\"" header "\": one " from " must not include another")
	else if (to != from && !((from, to) in allowed) && \
	    !((from, to "@" header) in allowed))
		complain("\"" header "\": " from " may not include " to)
	home = from_home
}

function check_system(header,   to)
{
	to = library_of(header)
	if (to == "")
		complain("<" header "> is in no line of tests/lint/includes.tbl")
	else if (to != "libc" && !((from, to) in allowed))
		complain("<" header ">: " from " may not include " to)
}

FNR == 1 {
	files++
	if (files > 1) {
		from = unit_of(FILENAME)
		if (from == "")
			complain("no unit of the include table holds this file")
	}
}

files == 1 && $1 == "unit" {
	name[++units] = $2
	regex[units] = "^" $3
	gsub(/\*/, "[^/]+", regex[units])
	gsub(/\./, "[.]", regex[units])
	known[$2] = 1
	for (i = 5; i <= NF; i++) {
		allowed[$2, $i] = 1
		used[$i] = 1
	}
}

files == 1 && $1 == "lib" {
	known[$2] = 1
	for (i = 3; i <= NF; i++)
		library[$i] = $2
}

files == 2 && FNR == 1 {
	for (i in used) {
		sub(/@.*/, "", i)
		if (!(i in known)) {
			printf "includes.tbl: unknown name %s\n", i
			bad++
		}
	}
}

files > 1 && from != "" && /^[ \t]*#[ \t]*include[ \t]*["<]/ {
	header = $0
	sub(/^[^"<]*["<]/, "", header)
	sub(/[">].*/, "", header)
	if ($0 ~ /^[^"<]*"/)
		check_project(header)
	else
		check_system(header)
}

END {
	exit bad > 0
}
