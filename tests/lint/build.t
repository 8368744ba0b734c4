#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The build's own promises, tried on a tree of three small files: friendly
# errors, exact rebuilding, byte-equal results, clean install and uninstall.
set -u
root=$PWD
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
count=0
failed=0
unset TALLY MAKEFLAGS MAKELEVEL
export PREFIX=/usr

check()
{
	what=$1
	shift
	count=$((count + 1))
	if "$@" >"$tmp/out" 2>&1; then
		echo "ok $count - $what"
	else
		echo "not ok $count - $what"
		sed 's/^/# /' "$tmp/out"
		failed=$((failed + 1))
	fi
}

# says TEXT COMMAND...: the command fails and its output holds TEXT.
says()
{
	text=$1
	shift
	if out=$("$@" 2>&1); then
		printf '%s\n' "$out"
		return 1
	fi
	case $out in *"$text"*) return 0 ;; esac
	printf '%s\n' "$out"
	return 1
}

# silent COMMAND...: the command succeeds without compiling anything.
silent()
{
	out=$("$@" 2>&1) || return 1
	case $out in *CC* | *LD* | *AR*) printf '%s\n' "$out" && return 1 ;; esac
	return 0
}

tree()
{
	mkdir -p "$1/base" "$1/analyzer" "$1/tests/unit"
	cp "$root/Makefile" "$1"
	cp -r "$root/mk" "$1"
	printf 'int base_a(void);\nint\nbase_a(void)\n{\n\treturn 1;\n}\n' \
	    >"$1/base/a.c"
	printf 'int base_b(void);\nint\nbase_b(void)\n{\n\treturn 2;\n}\n' \
	    >"$1/base/b.c"
	cat >"$1/analyzer/main.c" <<'END'
#include <assert.h>
#include <stdio.h>
#include "version.h"
int base_a(void);
int
main(void)
{
	assert(base_a() == 1);
	printf("%s %lld %d %s\n", VERSION_TEXT, VERSION_EPOCH, base_a(),
	       __FILE__);
	return 0;
}
END
	printf '#include <stdio.h>\nint\nmain(void)\n{\n%s\n}\n' \
	    '(void)puts("ok 1 - here\n1..1"); return 0;' \
	    >"$1/tests/unit/here_test.c"
}

tree "$tmp/one"
tree "$tmp/elsewhere/two"
cd "$tmp/one" || exit 1
export SOURCE_DATE_EPOCH=1700000000 GIT_CEILING_DIRECTORIES="$tmp"

check "help needs nothing built" make help
check "a missing library is named with its Debian package" \
    says 'Debian package libarchive-dev' env PKG_CONFIG_LIBDIR=/none make
check "a missing compiler is named" says "was not found" make CC=no-such-cc
check "an unknown variant is named" says "unknown VARIANT" make VARIANT=fast
check "it builds" make
check "a second make has nothing to do" silent make
check "the program runs" build/bin/analyzer
touch -d '-1 hour' build/release/base/a.o
check "an object older than its source is compiled again" \
    sh -c 'make | grep -q base/a.o'
check "changed flags compile again" sh -c 'make CFLAGS=-g1 | grep -q base/b.o'
check "and back again" sh -c 'make | grep -q base/b.o'
rm base/b.c
check "a removed source leaves the archive" sh -c \
    'make && ! ar t build/release/libhouse.a | grep -q b.o'
printf 'int base_b(void);\nint\nbase_b(void)\n{\n\treturn 2;\n}\n' >base/b.c
check "variants do not mix" sh -c \
    'make VARIANT=debug && build/debug/bin/analyzer && test -x build/bin/analyzer'
check "a private build folder" sh -c 'make B=build/mine && build/mine/bin/analyzer'
make >/dev/null
check "the same bytes in another folder" sh -c \
    "make -C $tmp/elsewhere/two && \
    cmp build/bin/analyzer $tmp/elsewhere/two/build/bin/analyzer"
check "tests are found and run" make check
check "asking for no test is an error" says 'No test' make check ONLY=nothing
check "install and uninstall leave nothing" sh -c \
    "make install DESTDIR=$tmp/dest && test -x $tmp/dest/usr/bin/analyzer && \
    make uninstall DESTDIR=$tmp/dest && \
    test -z \"\$(find $tmp/dest -type f)\""
check "a run without samples says so" says 'no sample' \
    sh mk/run.sh build/bin/analyzer
check "clean removes the lot" sh -c 'make clean && test ! -e build'

echo "1..$count"
[ $failed -eq 0 ]
