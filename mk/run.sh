#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# run.sh ANALYZER: the first minute with the program. Opens the snapshots of
# samples/ and shows what is in them.
set -eu
analyzer=$1
if [ ! -x "$analyzer" ]; then
	echo "$analyzer was not built: there is no analyzer/main.c yet." >&2
	exit 1
fi
seen=
for snapshot in samples/*.tar.gz; do
	[ -e "$snapshot" ] || continue
	seen=$snapshot
	printf '\n== %s\n' "$snapshot"
	"$analyzer" index "$snapshot"
done
if [ -z "$seen" ]; then
	echo "There is no sample to open yet: samples/ holds no .tar.gz." >&2
	exit 1
fi
[ ! -e samples/shop.tar.gz ] || seen=samples/shop.tar.gz
printf '\n== The first calls of %s\n' "$seen"
"$analyzer" query "$seen" '' --limit 20
printf '\n== Its streams\n'
"$analyzer" streams "$seen" | head -n 20
cat <<END

Try next:
  $analyzer query $seen http --limit 50
  $analyzer query $seen http --count
  $analyzer query $seen '' --json --limit 1
  $analyzer streams $seen --json
  $analyzer diag $seen
  $analyzer verify $seen
  $analyzer --help
END
