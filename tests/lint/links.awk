# SPDX-License-Identifier: Apache-2.0
#
# awk -f links.awk FILE.md...: every relative link of a document leads to a file
# that exists. Prints "file:line: target"; exits 1 when one does not.

FNR == 1 {
	folder = FILENAME
	if (!sub(/[^\/]*$/, "", folder) || folder == "")
		folder = "./"
	fenced = 0
}

/^[ \t]*```/ { fenced = !fenced }

!fenced {
	line = $0
	gsub(/`[^`]*`/, "", line)
	while (match(line, /\]\([^)]+\)/)) {
		target = substr(line, RSTART + 2, RLENGTH - 3)
		line = substr(line, RSTART + RLENGTH)
		sub(/#.*/, "", target)
		if (target == "" || target ~ /^[a-z]+:/)
			continue
		path = target ~ /^\// ? "." target : folder target
		if (system("test -e '" path "'") != 0) {
			printf "%s:%d: %s does not exist\n", \
			    FILENAME, FNR, target
			bad++
		}
	}
}

END { exit bad > 0 }
