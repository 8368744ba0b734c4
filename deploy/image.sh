#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# image.sh IMAGE BASE [OPTION...]: builds the analyzer's image with Docker from
# the working tree; the options are docker build's. The same commit on the same
# base gives the same files, with the time of the commit.
set -eu
image=$1
base=$2
shift 2

header=$(mktemp)
trap 'rm -f "$header"' EXIT
sh mk/version.sh "$header"
version=$(sed -n 's/^#define VERSION_TEXT "\(.*\)"$/\1/p' "$header")
epoch=$(sed -n 's/^#define VERSION_EPOCH \([0-9]*\)LL$/\1/p' "$header")
revision=$(git rev-parse HEAD 2>/dev/null || echo unknown)

[ -e ui/dist/index.html ] ||
    echo 'There is no ui/dist: the image is made without the web interface.' >&2
docker build -f deploy/Dockerfile -t "$image" --build-arg "BASE=$base" \
    --build-arg "VERSION=$version" --build-arg "REVISION=$revision" \
    --build-arg "SOURCE_DATE_EPOCH=$epoch" "$@" .
docker image inspect -f '{{.Id}} {{.Size}} bytes' "$image"
