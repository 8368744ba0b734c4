#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# tidy.sh CACHE FILE...: clang-tidy over C files, two at a time, with the
# compiler flags of $TIDY_FLAGS (and $TIDY_PRODUCT_FLAGS outside tests/). A
# file that was clean is remembered in the folder CACHE, by the hash of what the
# compiler sees of it (comments included, for NOLINT), of the flags, the
# configuration and the tool's version; what nobody asked for in a month is
# forgotten.
set -eu
cache=$1
shift

if [ "${1:-}" = --one ]; then
	file=$2
	flags=$TIDY_FLAGS
	case $file in
	tests/*) ;;
	*) flags="$flags ${TIDY_PRODUCT_FLAGS:-}" ;;
	esac
	# The flags are a list of words.
	# shellcheck disable=SC2086
	key=$({
		echo "$flags"
		clang-tidy-14 --version
		cat .clang-tidy tests/.clang-tidy 2>/dev/null || true
		clang -E -C $flags "$file"
	} | sha256sum | cut -d ' ' -f 1)
	if [ -e "$cache/$key" ]; then
		touch "$cache/$key"
		exit 0
	fi
	echo "  TIDY   $file"
	# Its chatter about suppressed warnings goes to stderr and is dropped;
	# a failure without findings is shown whole.
	# shellcheck disable=SC2086
	if found=$(clang-tidy-14 --quiet "$file" -- $flags 2>"$cache/err.$$"); then
		rm -f "$cache/err.$$"
		: >"$cache/$key"
		exit 0
	fi
	[ -n "$found" ] || found=$(cat "$cache/err.$$")
	rm -f "$cache/err.$$"
	printf '%s\n' "$found"
	exit 1
fi

mkdir -p "$cache"
find "$cache" -type f -mtime +30 -exec rm -f {} +
printf '%s\n' "$@" | xargs -n 1 -P "${J:-2}" sh "$0" "$cache" --one
