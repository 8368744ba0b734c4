#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# inspect.sh SNAPSHOT QUERY FOLDER: for CI jobs. Looks in a snapshot for calls
# that should not be there and keeps the proof. In FOLDER there are then
#
#	calls.txt         the calls that QUERY finds, one a line
#	calls.har         the same, for a browser's network tools
#	calls.pcapng      their packets, for Wireshark
#
# the last two only if there are any. Exit status: 0 nothing was found, 1 calls
# were found, otherwise what analyzer says (2 a query that is none, 3 a snapshot
# that cannot be opened, 4 nothing was found in what could be read of it).
#
# The analyzer is the image $ANALYZER_IMAGE, which sees the current folder and
# no network, or when that is not set the program in PATH. With
# $GITHUB_STEP_SUMMARY the calls are shown on the run's page too.
set -eu
if [ $# -ne 3 ]; then
	echo "usage: inspect.sh SNAPSHOT QUERY FOLDER" >&2
	exit 2
fi
snapshot=$1
query=$2
out=$3
shown=100 # calls in the summary

run()
{
	if [ -z "${ANALYZER_IMAGE:-}" ]; then
		analyzer "$@"
		return
	fi
	docker run --rm --network none --user "$(id -u):$(id -g)" \
	    -v "$PWD:/data" -w /data "$ANALYZER_IMAGE" "$@"
}

mkdir -p "$out"
status=0
# The blank keeps a query from being taken for the name of a file.
run query "$snapshot" " $query" --fail-if-found >"$out/calls.txt" || status=$?
head -n "$shown" "$out/calls.txt"
if [ "$status" -eq 1 ]; then
	for kind in har pcapng; do
		run export "$snapshot" " $query" -o "$out/calls.$kind"
	done
	echo "inspect: calls match '$query'; the proof is in $out" >&2
fi
if [ -n "${GITHUB_STEP_SUMMARY:-}" ] && [ "$status" -eq 1 ]; then
	{
		printf '### Calls that should not be there\n\n```\n'
		# Text from the wire must not end the block.
		head -n "$shown" "$out/calls.txt" | sed "s/\`/'/g"
		printf '```\n'
	} >>"$GITHUB_STEP_SUMMARY"
fi
exit "$status"
