#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# dist.sh FOLDER: writes FOLDER/analyzer-VERSION.tar.gz, the sources of the
# commit with the web interface built, so that a machine without npm can build
# all of it. The same commit and the same interface give the same bytes.
set -eu
export LC_ALL=C
out=$1

fail()
{
	echo "dist: $*" >&2
	exit 1
}

[ -e ui/dist/index.html ] || fail 'there is no ui/dist; run make ui first'
git rev-parse --verify -q HEAD >/dev/null || fail 'a release is a commit of git'

mkdir -p "$out"
sh mk/version.sh "$out/version.h"
version=$(sed -n 's/^#define VERSION_TEXT "\(.*\)"$/\1/p' "$out/version.h")
epoch=$(git log -1 --format=%ct)
name=analyzer-$version
archive=$out/$name.tar

git archive --format=tar --prefix="$name/" -o "$archive" HEAD
tar -rf "$archive" --format=pax --sort=name --owner=0 --group=0 \
    --numeric-owner --mtime="@$epoch" --mode=u=rwX,go=rX \
    --pax-option=delete=atime,delete=ctime \
    --transform="s|^|$name/|" ui/dist
gzip -9 -n -f "$archive"
echo "$archive.gz"
