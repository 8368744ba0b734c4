#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# version.sh FILE: writes the version header. The text comes from git describe,
# or from the line below in a tree without git, or is $ANALYZER_VERSION. The date is that of the commit,
# or SOURCE_DATE_EPOCH when set, never that of the build: two builds of one
# commit are byte-equal. FILE is touched only when its text changes.
set -eu
out=$1
base=0.1.0

# Looking must not take git's index lock away from whoever is committing.
export GIT_OPTIONAL_LOCKS=0
if [ -n "${ANALYZER_VERSION:-}" ]; then
	text=$ANALYZER_VERSION
elif text=$(git describe --tags --dirty --match 'v[0-9]*' 2>/dev/null); then
	text=${text#v}
elif commit=$(git describe --always --dirty 2>/dev/null); then
	text=$base-dev+g$commit
else
	text=$base
fi
epoch=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 0)}
[ -n "$epoch" ] || epoch=0
commit=$(git rev-parse --short HEAD 2>/dev/null || echo unknown)
branch=$(git rev-parse --abbrev-ref HEAD 2>/dev/null || echo unknown)

mkdir -p "$(dirname "$out")"
tmp=$out.$$
trap 'rm -f "$tmp"' EXIT
cat >"$tmp" <<END
/* Made by mk/version.sh; do not edit. */
#ifndef VERSION_H
#define VERSION_H
/* The tool's version, without a leading v. */
#define VERSION_TEXT "$text"
/* Seconds since 1970 of the commit (or SOURCE_DATE_EPOCH); 0 if unknown. */
#define VERSION_EPOCH ${epoch}LL
/* "unknown" in a tree without git. */
#define VERSION_COMMIT "$commit"
#define VERSION_BRANCH "$branch"
#endif /* VERSION_H */
END
cmp -s "$tmp" "$out" || mv -f "$tmp" "$out"
