# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
#
# kubeshark.sh: for the scripts that test kubeshark, which gets a home of its
# own and no credentials of whoever runs this. `tap ARG...` starts kubeshark tap
# on free ports in the background; then $front and $hub are its addresses.
. tests/cli/tap.sh

# What is set here is used by those who include this.
# shellcheck disable=SC2034
kubeshark=${BIN:-build/bin}/kubeshark
export HOME="$tmp/home"
mkdir "$HOME"
export TMPDIR="$tmp/tmpdir"
mkdir "$TMPDIR"
unset KUBESHARK_ANALYZER DOCKER_CONTEXT DOCKER_TLS_VERIFY
# No test may touch an engine that it did not start.
export DOCKER_HOST="unix://$tmp/no-engine"
tapping=
input=
trap 'end_tap; chmod -R u+w "$tmp"; rm -rf "$tmp"' EXIT

# A background process of a script ignores SIGINT unless told otherwise. The
# process is kubeshark itself: env becomes it. $input is its standard input.
start_tap()
{
	# What the one before said must not be taken for its words.
	: >"$tmp/tap.log"
	env --default-signal=INT,QUIT "$kubeshark" tap --headless \
	    --proxy-front-port 0 --proxy-hub-port 0 "$@" \
	    <"${input:-/dev/null}" >"$tmp/tap.out" 2>"$tmp/tap.log" &
	tapping=$!
}

# Until it tells its addresses, or is gone; a minute is more than it needs.
tap()
{
	start_tap "$@"
	i=0
	while [ "$i" -lt 600 ]; do
		grep -q 'Kubeshark is available at' "$tmp/tap.log" && break
		kill -0 "$tapping" 2>/dev/null || break
		sleep 0.1
		i=$((i + 1))
	done
	# shellcheck disable=SC2034
	front=$(sed -n 's/.*Kubeshark is available at: url=//p' "$tmp/tap.log")
	# shellcheck disable=SC2034
	hub=$(sed -n 's/.*Hub is available at: url=//p' "$tmp/tap.log")
}

# end_tap [SIGNAL]: what it ended with is in $tap_status.
end_tap()
{
	[ -n "$tapping" ] || return 0
	kill -"${1:-TERM}" "$tapping" 2>/dev/null
	wait "$tapping"
	# shellcheck disable=SC2034
	tap_status=$?
	tapping=
}

# Processes of this test's analyzer: those whose home is ours.
analyzers()
{
	for p in /proc/[0-9]*; do
		# They come and go while this looks.
		{
			tr '\0' '\n' <"$p/environ" | grep -qx "HOME=$HOME" &&
			    tr '\0' ' ' <"$p/cmdline" |
			    grep -q '^analyzer serve' && echo "${p#/proc/}"
		} 2>/dev/null
	done
}
