#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# ui-sources.sh: one digest of everything that ui/dist is made from, to tell
# whether it is out of date.
set -eu
find ui/src ui/public ui/index.html ui/vite.config.ts ui/package-lock.json \
    -type f ! -name '*.test.ts' | LC_ALL=C sort | xargs sha256sum | sha256sum
