# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
#
# tap.sh: for the scripts in this folder, which run from the root of the
# repository with BIN set. Sets `analyzer`, a scratch folder `tmp` that is
# removed at the end, and a workspace of its own in XDG_CACHE_HOME.

# shellcheck disable=SC2034 # used by those who include this
analyzer=${BIN:-build/bin}/analyzer
tmp=$(mktemp -d)
trap 'chmod -R u+w "$tmp"; rm -rf "$tmp"' EXIT
export XDG_CACHE_HOME="$tmp/cache"
mkdir "$XDG_CACHE_HOME"
unset NO_COLOR
tap_n=0
tap_bad=0

# pass NAME, fail NAME
pass()
{
	tap_n=$((tap_n + 1))
	echo "ok $tap_n - $1"
}

fail()
{
	tap_n=$((tap_n + 1))
	tap_bad=$((tap_bad + 1))
	echo "not ok $tap_n - $1"
}

skip()
{
	tap_n=$((tap_n + 1))
	echo "ok $tap_n # SKIP $1"
}

# ok NAME COMMAND...: the command succeeds
ok()
{
	name=$1
	shift
	if "$@" >"$tmp/ok.log" 2>&1; then
		pass "$name"
	else
		fail "$name"
		sed 's/^/# /' "$tmp/ok.log" | head -n 20
	fi
}

# is NAME GOT WANT
is()
{
	if [ "$2" = "$3" ]; then
		pass "$1"
	else
		fail "$1"
		printf '%s\n' "$2" | head -n 20 | sed 's/^/# got:  /'
		printf '%s\n' "$3" | head -n 20 | sed 's/^/# want: /'
	fi
}

# same NAME GOT-FILE WANT-FILE
same()
{
	if diff -u "$3" "$2" >"$tmp/diff"; then
		pass "$1"
	else
		fail "$1"
		head -n 40 "$tmp/diff" | sed 's/^/# /'
	fi
}

# status NAME WANT COMMAND...: its exit status; what it says is in $tmp/out
# and $tmp/err
status()
{
	name=$1
	want=$2
	shift 2
	rc=0
	"$@" >"$tmp/out" 2>"$tmp/err" || rc=$?
	is "$name" "$rc" "$want"
}

# says NAME FILE PATTERN: a line of the file fits (grep -E)
says()
{
	if grep -qE -e "$3" "$2"; then
		pass "$1"
	else
		fail "$1"
		head -n 20 "$2" | sed 's/^/# /'
	fi
}

done_testing()
{
	echo "1..$tap_n"
	[ "$tap_bad" -eq 0 ]
}
