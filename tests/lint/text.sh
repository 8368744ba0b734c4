#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# text.sh RULE FILE...: rules about the text of files, whatever the language.
#   spdx      the licence line is within the first two lines
#   paths     no absolute path of somebody's machine
#   pending   no note about work left undone
#   space     no trailing blanks, no carriage returns, a newline at the end
# Prints "file:line: text" for each breach; exits 1 when there was one.
set -u
rule=$1
shift
bad=0

# complain WHAT: shows the findings on its standard input; fails if there are
# any.
complain()
{
	found=$(cat)
	[ -n "$found" ] || return 0
	printf '%s\n' "$found" | sed "s|\$|    [$1]|"
	return 1
}

# The patterns are written so that this file does not match itself.
case $rule in
spdx)
	for file in "$@"; do
		head -n 2 "$file" |
		    grep -q 'SPDX-License-Identifier: Apache-2[.]0' ||
		    echo "$file:1: "
	done | complain 'no SPDX licence line' || bad=1
	;;
paths)
	grep -nE '(^|[^A-Za-z0-9_.}/-])/(work|home|root|Users)/[A-Za-z0-9_.]' \
	    /dev/null "$@" | complain 'absolute path of a machine' || bad=1
	;;
pending)
	grep -nE '(^|[^A-Za-z_])(TO[D]O|FIX[M]E|XX[X]|HA[C]K)([^A-Za-z_]|$)' \
	    /dev/null "$@" | complain 'finish it, or open an issue' || bad=1
	;;
space)
	grep -nE '[	 ]+$|'"$(printf '\r')" /dev/null "$@" |
	    complain 'trailing space or carriage return' || bad=1
	for file in "$@"; do
		[ ! -s "$file" ] || [ -z "$(tail -c 1 "$file")" ] ||
		    echo "$file: "
	done | complain 'no newline at the end' || bad=1
	;;
*)
	echo "text.sh: no rule '$rule'" >&2
	exit 2
	;;
esac
exit $bad
