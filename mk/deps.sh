#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# deps.sh GROUP...: installs the Debian packages of the groups that are missing.
# Instant, and without network, when everything is there. Groups: build, test,
# ui, lint, fuzz, bench, docker, image, newcomer.
#
# A word is a package, or command=package where any provider of the command
# will do.
set -eu

packages()
{
	case $1 in
	build)
		echo cc=gcc c++=g++ libc6-dev make=make pkg-config=pkgconf \
		    libarchive-dev libsqlite3-dev libjansson-dev zlib1g-dev \
		    libbrotli-dev libzstd-dev libssl-dev libisal-dev \
		    libre2-dev libexpat1-dev libmicrohttpd-dev \
		    libwslay-dev libnghttp2-dev liblz4-dev libsnappy-dev \
		    libcurl4-openssl-dev libyaml-dev
		;;
	test)
		# prove is part of perl; perl-base does not have it.
		echo prove=perl jq=jq curl=curl tshark=tshark
		;;
	ui)
		# npm where there is none: a node from elsewhere brings its own.
		echo node=nodejs npm=npm chromium=chromium
		;;
	lint)
		echo clang=clang clang-tidy-14=clang-tidy-14 \
		    clang-format-14=clang-format-14 cppcheck=cppcheck \
		    pmccabe=pmccabe shellcheck=shellcheck \
		    ctags=universal-ctags prove=perl
		;;
	fuzz) echo clang=clang libclang-rt-14-dev ;;
	bench) echo tshark=tshark capinfos=wireshark-common pigz=pigz ;;
	docker) echo dockerd=docker.io docker=docker.io ;;
	image) echo liblzma-dev libbz2-dev ;;
	newcomer) echo debootstrap=debootstrap git=git ;;
	*)
		echo "deps.sh: no group '$1'; one of build test ui lint fuzz" \
		    "bench docker image newcomer" >&2
		exit 2
		;;
	esac
}

wanted=
for group in "$@"; do
	more=$(packages "$group")
	wanted="$wanted $more"
done

if ! command -v apt-get >/dev/null 2>&1; then
	# Not Debian: the build itself says which library is missing.
	echo "Not a Debian system; needed here:$wanted" >&2
	exit 0
fi

missing=
for word in $wanted; do
	package=${word#*=}
	case $word in
	*=*) command -v "${word%%=*}" >/dev/null 2>&1 && continue ;;
	esac
	status=$(dpkg-query -W -f '${db:Status-Status}' "$package" \
	    2>/dev/null || true)
	[ "$status" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

root=
if [ "$(id -u)" -ne 0 ]; then
	if ! command -v sudo >/dev/null 2>&1; then
		echo "Missing packages:$missing" >&2
		echo "Neither root nor sudo. As root, run: apt-get install" \
		    "--no-install-recommends$missing" >&2
		exit 1
	fi
	root=sudo
fi

apt()
{
	$root env DEBIAN_FRONTEND=noninteractive apt-get -q \
	    -o DPkg::Lock::Timeout=300 "$@" </dev/null
}

install()
{
	# One argument for each package.
	# shellcheck disable=SC2086
	apt install -y --no-install-recommends $missing
}

echo "Installing:$missing"
# The first try uses the package lists that are there; they may be absent or
# out of date, and then they are fetched, once.
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if install >"$log" 2>&1; then
	exit 0
fi
if apt update >"$log" 2>&1 && install >>"$log" 2>&1; then
	exit 0
fi
tail -n 40 "$log" >&2
echo "Could not install:$missing (apt's words are above)." >&2
exit 1
