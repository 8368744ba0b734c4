#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# One snapshot, packed in every way we know: the same packets, and the same
# digest of the index. Opening it again uses the index there is.
set -u
analyzer=${BIN:-build/bin}/analyzer
sample=samples/tiny.tar.gz
other=samples/shop.tar.gz
n=0
bad=0

ok()
{
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
		bad=$((bad + 1))
		sed 's/^/# /' "$tmp/out" "$tmp/err" 2>/dev/null | head -20
	fi
}

if [ ! -x "$analyzer" ] || [ ! -e "$sample" ] || [ ! -e "$other" ]; then
	echo "1..0 # SKIP the analyzer or a sample is not there"
	exit 0
fi
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# digest WORKSPACE FILE: prints the digest of the index
digest()
{
	"$analyzer" index --digest --workspace "$tmp/ws-$1" "$2" 2>"$tmp/err" |
	    tee "$tmp/out"
}

want=$(digest gz "$sample")
[ -n "$want" ]
ok $? "tar.gz: $want"

mkdir "$tmp/folder"
gzip -dc "$sample" >"$tmp/plain.tar"
tar -C "$tmp/folder" -xf "$tmp/plain.tar"
[ "$(digest tar "$tmp/plain.tar")" = "$want" ]
ok $? "tar"
[ "$(digest folder "$tmp/folder")" = "$want" ]
ok $? "folder"
[ "$(digest stdin - <"$sample")" = "$want" ]
ok $? "standard input"
for tool in bzip2 xz zstd lz4; do
	if ! command -v "$tool" >/dev/null; then
		n=$((n + 1))
		echo "ok $n # SKIP $tool is not installed"
		continue
	fi
	"$tool" -qc "$tmp/plain.tar" >"$tmp/packed"
	[ "$(digest "$tool" "$tmp/packed")" = "$want" ]
	ok $? "tar in $tool"
done
if command -v zip >/dev/null; then
	# In the order of the archive, which is the order of evidence.
	(cd "$tmp/folder" && tar -tf ../plain.tar | zip -q -@ ../packed.zip)
	[ "$(digest zip "$tmp/packed.zip")" = "$want" ]
	ok $? "zip"
fi

# One workspace for all: the second opening reads nothing again.
digest all "$sample" >/dev/null
before=$(find "$tmp/ws-all" -name index.db -newer "$tmp/plain.tar" | wc -l)
[ "$(digest all "$sample")" = "$want" ]
ok $? "opened again"
digest all "$tmp/plain.tar" >/dev/null
after=$(find "$tmp/ws-all" -name index.db | wc -l)
[ "$before" -eq 1 ] && [ "$after" -eq 1 ]
ok $? "archives of the same members share a workspace"

# Changed, it is another snapshot; as before, it is the old one again.
cp $other "$tmp/plain.tar"
[ "$(digest all "$tmp/plain.tar")" != "$want" ]
ok $? "a changed archive is read again"

# In place: an index belongs to the files it was made of.
mkdir "$tmp/copy"
cp "$tmp/folder"/*/*.pcap "$tmp/copy"
one=$(digest place "$tmp/copy")
cp -R "$tmp/copy" "$tmp/second"
[ "$(digest place "$tmp/second")" = "$one" ]
ok $? "a copy of a folder gives the same digest"
rm -rf "$tmp/copy"
"$analyzer" query --workspace "$tmp/ws-place" --full "$tmp/second" \
    >"$tmp/out" 2>"$tmp/err"
ok $? "and is read from its own files"

echo "1..$n"
[ "$bad" -eq 0 ]
