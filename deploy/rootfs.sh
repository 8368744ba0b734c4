#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# rootfs.sh PROGRAM FOLDER: makes FOLDER the root file system of an image in
# which PROGRAM runs: the program, stripped, the libraries it is linked with at
# the paths where they lie here, /data, and /work, which whoever runs it may
# write to. With SOURCE_DATE_EPOCH all times are that, so that the same inputs
# give the same image.
set -eu
program=$1
out=$2

rm -rf "$out"
mkdir -p "$out/data" "$out/work"
strip -o "$out/analyzer" "$program"

# "name => /path (address)" or, for the loader, "/path (address)".
ldd "$program" | awk '$2 == "=>" && $3 ~ /^\// { print $3 }
    $1 ~ /^\// { print $1 }' | while read -r library; do
	mkdir -p "$out${library%/*}"
	cp -L "$library" "$out$library"
done

# What the licences of the parts ask for.
mkdir -p "$out/licenses"
cp LICENSE THIRD_PARTY.md "$out/licenses/"
awk -F'|' 'NF > 8 && $3 ~ /-dev/ { gsub(/ /, "", $3); print $3 }' \
    THIRD_PARTY.md | while read -r package; do
	copyright=/usr/share/doc/$package/copyright
	[ ! -e "$copyright" ] || cp -L "$copyright" "$out/licenses/$package"
done

find "$out" -type d -exec chmod 0755 {} +
find "$out" -type f -exec chmod 0644 {} +
find "$out" -name 'ld-*' -exec chmod 0755 {} +
chmod 0755 "$out/analyzer"
chmod 1777 "$out/work"
if [ -n "${SOURCE_DATE_EPOCH:-}" ]; then
	find "$out" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
fi
