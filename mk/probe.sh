#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# probe.sh FILE: asks this machine what the build needs to know and writes it
# as make variables. FILE is touched only when an answer changed, because every
# object depends on it. Input: CC, CXX, PKG_CONFIG, VARIANT, LIBS, OPTIONAL_LIBS,
# PLAIN_LIBS and STAMP (all other flags, so that changing them rebuilds).
set -eu
out=$1
tmp=$out.$$
mkdir -p "$(dirname "$out")"
trap 'rm -f "$tmp" "$tmp.o"' EXIT
mkdir -p "$(dirname "$out")"

die()
{
	printf '%s\n' "$@" >&2
	exit 1
}

debian_package()
{
	case $1 in
	libarchive) echo libarchive-dev ;;
	sqlite3) echo libsqlite3-dev ;;
	jansson) echo libjansson-dev ;;
	zlib) echo zlib1g-dev ;;
	libbrotlidec) echo libbrotli-dev ;;
	libzstd) echo libzstd-dev ;;
	libcrypto) echo libssl-dev ;;
	re2) echo libre2-dev ;;
	expat) echo libexpat1-dev ;;
	libnghttp2) echo libnghttp2-dev ;;
	liblz4) echo liblz4-dev ;;
	snappy) echo libsnappy-dev ;;
	libisal) echo libisal-dev ;;
	libcurl) echo libcurl4-openssl-dev ;;
	yaml-0.1) echo libyaml-dev ;;
	libpcap) echo libpcap-dev ;;
	libmicrohttpd) echo libmicrohttpd-dev ;;
	wslay) echo libwslay-dev ;;
	*) echo "$1" ;;
	esac
}

# CC may carry arguments ("ccache gcc"), hence no quotes around it.
# shellcheck disable=SC2086
cc_takes()
{
	echo 'int main(void){return 0;}' |
	    $CC -Werror "$@" -x c -o "$tmp.o" - >/dev/null 2>&1
}

# shellcheck disable=SC2086
has_header()
{
	echo "#include <$1>" | $CC -E -x c -o "$tmp.o" - >/dev/null 2>&1
}

command -v "${CC%% *}" >/dev/null 2>&1 ||
    die "The C compiler '${CC%% *}' was not found (Debian package gcc," \
	"or clang for VARIANT=fuzz). 'make deps' installs what is missing."
command -v "${CXX%% *}" >/dev/null 2>&1 ||
    die "The C++ compiler '${CXX%% *}' was not found (Debian package g++)." \
	"'make deps' installs what is missing."
command -v "${PKG_CONFIG%% *}" >/dev/null 2>&1 ||
    die "pkg-config was not found (Debian package pkgconf)." \
	"'make deps' installs what is missing."

mkdir -p "$(dirname "$out")"
missing=
for lib in $LIBS; do
	$PKG_CONFIG --exists "$lib" || missing="$missing $lib"
done
plain=
for pair in ${PLAIN_LIBS-}; do
	lib=${pair%%=*}
	if has_header "${pair#*=}"; then
		plain="$plain -l$lib"
	else
		missing="$missing $lib"
	fi
done
if [ -n "$missing" ]; then
	for lib in $missing; do
		echo "Library $lib was not found" \
		    "(Debian package $(debian_package "$lib"))." >&2
	done
	die "'make deps' installs what is missing."
fi

found=$LIBS
defines=
for lib in $OPTIONAL_LIBS; do
	if $PKG_CONFIG --exists "$lib"; then
		found="$found $lib"
		name=$(echo "${lib#lib}" | tr '[:lower:]-' '[:upper:]_')
		defines="$defines -DHAVE_$name=1"
	fi
done

hard=
hard_ld=
if [ "$VARIANT" = release ]; then
	hard='-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2'
	for f in -fstack-protector-strong -fstack-clash-protection \
	    -fcf-protection -fPIE; do
		cc_takes "$f" && hard="$hard $f"
	done
	for f in -pie -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack \
	    -Wl,--as-needed; do
		cc_takes -fPIE "$f" && hard_ld="$hard_ld $f"
	done
fi

{
	echo "# Made by mk/probe.sh; do not edit."
	echo "# $CC; $CXX; $STAMP"
	# shellcheck disable=SC2086
	echo "LIB_CFLAGS :=$defines $($PKG_CONFIG --cflags $found)"
	# shellcheck disable=SC2086
	echo "LIB_LIBS := $($PKG_CONFIG --libs $found)$plain"
	echo "HARDEN := $hard"
	echo "HARDEN_LD :=$hard_ld"
} >"$tmp"
cmp -s "$tmp" "$out" || mv -f "$tmp" "$out"
