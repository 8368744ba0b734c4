#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What does somebody get who has a bare Debian 12, git and make, and nothing
# else? Makes such a system in a temporary folder, clones the repository into
# it and runs `make run` and `make test` there.
#
# Needs root and debootstrap, takes minutes, and uses the package mirrors that
# this machine uses. The bare system is kept as a tar file in $NEWCOMER_CACHE.
# NEWCOMER_TREE=work takes the working tree instead of the last commit.
set -eu
repo=$(cd "$(dirname "$0")/../.." && pwd)
cache=${NEWCOMER_CACHE:-${XDG_CACHE_HOME:-${HOME:-/var}/.cache}/newcomer}
suite=bookworm

say()
{
	printf '\n### %s\n' "$*"
}

# The second life of this script, in a mount and process namespace of its own:
# whatever is mounted or started here ends with it.
if [ "${1:-}" = --inside ]; then
	root=$2
	mount -t proc proc "$root/proc"
	mkdir -p "$root/dev/shm"
	mount -t tmpfs tmpfs "$root/dev/shm"
	mkdir -p "$root/dev/pts"
	mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
	ln -sf pts/ptmx "$root/dev/ptmx"
	visit()
	{
		chroot "$root" /usr/bin/env -i HOME=/root TERM=dumb \
		    PATH=/usr/sbin:/usr/bin:/sbin:/bin \
		    ${http_proxy:+http_proxy="$http_proxy"} \
		    ${https_proxy:+https_proxy="$https_proxy"} \
		    ${no_proxy:+no_proxy="$no_proxy"} \
		    sh -c "cd /src/clone && $1" </dev/null
	}
	say "make run"
	visit 'make run'
	say "make test"
	visit 'make test'
	say "make run once more: nothing to install"
	visit 'make run' | tail -n 3
	exit 0
fi

if [ "$(id -u)" -ne 0 ]; then
	echo "debootstrap.sh: needs root (try sudo make newcomer)" >&2
	exit 2
fi

# "URI suite component" of each Debian source of this machine.
sources()
{
	apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' \
	    'Created-By: Packages' | awk -v s=$suite \
	    '$2 ~ "^" s "(-updates|-security)?$" && $3 == "main"' | sort -u
}

mirror=$(sources | awk -v s=$suite '$2 == s { print $1; exit }')
mirror=${NEWCOMER_MIRROR:-${mirror:-http://deb.debian.org/debian}}
top=$(mktemp -d "${TMPDIR:-/tmp}/newcomer.XXXXXX")
trap 'rm -rf --one-file-system "$top"' EXIT
trap 'exit 130' INT TERM
root=$top/root
base=$cache/$suite-git-make.tar

if [ ! -f "$base" ]; then
	say "bootstrapping $suite"
	mkdir -p "$cache"
	debootstrap --variant=minbase --include=git,make "$suite" "$root" \
	    "$mirror" >"$top/log" 2>&1 || {
		tail -n 30 "$top/log" >&2
		exit 1
	}
	# Bare means bare: no package lists either.
	rm -rf "$root/var/lib/apt/lists" "$root/var/cache/apt/archives"
	mkdir -p "$root/var/lib/apt/lists/partial" \
	    "$root/var/cache/apt/archives/partial"
	tar -C "$root" -cf "$base.part" .
	mv "$base.part" "$base"
	rm -rf --one-file-system "$root"
fi

say "unpacking"
mkdir -p "$root/src"
tar -C "$root" -xf "$base"
found=$(sources | sed 's/^/deb /')
[ -z "$found" ] || printf '%s\n' "$found" >"$root/etc/apt/sources.list"
apt-config dump | grep -E '^Acquire::(https?::Proxy|Check-)' \
    >"$root/etc/apt/apt.conf.d/99host" || true
cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
if [ "${NEWCOMER_TREE:-}" = work ]; then
	mkdir -p "$root/src/clone"
	(cd "$repo" && git ls-files -co --exclude-standard -z |
	    tar --null -T - --ignore-failed-read -cf - 2>/dev/null) |
	    tar -C "$root/src/clone" -xf -
else
	git clone -q --no-local "$repo" "$root/src/clone"
fi

unshare --mount --pid --fork --kill-child sh "$0" --inside "$root"
say "a newcomer gets along"
