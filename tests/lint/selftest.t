#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A gate that cannot fail guards nothing: each one is given a sample that it must
# refuse, and one that it must accept. Runs from the root of the repository.
set -u
root=$PWD
lint=$root/tests/lint
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp" || exit 1
count=0
failed=0

# refuses WHAT TEXT COMMAND...: the command fails and says TEXT.
refuses()
{
	what=$1
	text=$2
	shift 2
	count=$((count + 1))
	if out=$("$@" 2>&1); then
		verdict='not ok'
	else
		case $out in
		*"$text"*) verdict=ok ;;
		*) verdict='not ok' ;;
		esac
	fi
	echo "$verdict $count - refuses $what"
	[ "$verdict" = ok ] || explain
}

accepts()
{
	what=$1
	shift
	count=$((count + 1))
	if out=$("$@" 2>&1); then
		echo "ok $count - accepts $what"
	else
		echo "not ok $count - accepts $what"
		explain
	fi
}

explain()
{
	failed=$((failed + 1))
	printf '%s\n' "$out" | sed 's/^/# /'
}

skip()
{
	count=$((count + 1))
	echo "ok $count - $1 # SKIP $2 is not installed"
}

have()
{
	command -v "$1" >/dev/null 2>&1
}

# --- includes -----------------------------------------------------------------

mkdir -p base snapshot analyzer/net analyzer/proto/http1 analyzer/proto/redis \
    analyzer/index tests/unit
includes()
{
	awk -f "$lint/includes.awk" "$lint/includes.tbl" "$@"
}
echo '#include "snapshot/input.h"' >base/up.c
refuses "an include against the arrows" "base/up.c:1: " includes base/up.c
echo '#include <sqlite3.h>' >analyzer/net/db.c
refuses "a library in the wrong unit" "net may not include sqlite3" \
    includes analyzer/net/db.c
echo '#include "analyzer/proto/redis/redis.h"' >analyzer/proto/http1/peer.c
refuses "a dissector that includes another" "must not include another" \
    includes analyzer/proto/http1/peer.c
echo '#include "cursor.h"' >base/bare.c
refuses "an include that is not from the root" "not a path from the root" \
    includes base/bare.c
echo '#include <no_such_library.h>' >base/odd.c
refuses "a header nobody has heard of" "no line of" includes base/odd.c
printf '%s\n' '#include <stdint.h>' '#include <sqlite3.h>' \
    '#include "base/str.h"' '#include "snapshot/input.h"' >analyzer/index/fine.c
accepts "includes along the arrows" includes analyzer/index/fine.c

# --- banned ---------------------------------------------------------------------

banned()
{
	awk -f "$lint/banned.awk" "$@"
}
printf 'void f(char *d){\n\tstrc''py(d, "x");\n}\n' >tests/unit/copy.c
refuses "a banned function in a test" "tests/unit/copy.c:2: " \
    banned tests/unit/copy.c
echo 'void *f(void) { return mall''oc(1); }' >snapshot/own.c
refuses "own memory in product code" "base/mem.h" banned snapshot/own.c
echo 'int f(struct cursor *c) { return c->p[0]; }' >analyzer/net/peek.c
refuses "packet bytes without a cursor" "struct cursor" \
    banned analyzer/net/peek.c
echo 'typedef struct a { int b; } a;' >base/type.c
refuses "a typedef for a struct" "typedef" banned base/type.c
cat >base/talk.c <<'END'
/* strcpy(a, b) in a comment,
 * sprintf(x) in its second line */
const char *s = "gets(x) in a \" string"; // atoi(y)
void my_strcpy(int a); int q = my_strcpy(1); x->free(2);
END
accepts "their names in comments, strings and longer names" \
    banned base/talk.c

# --- text -----------------------------------------------------------------------

text()
{
	sh "$lint/text.sh" "$@"
}
echo 'int x;' >a.c
refuses "a file without licence line" "a.c:1: " text spdx a.c
printf '/* SPDX-License-Identifier: Apache-2.0 */\nint x;\n' >b.c
accepts "a file with it" text spdx b.c
echo "see /ho""me/somebody/src" >c.md
refuses "somebody's folder" "c.md:1:" text paths c.md
echo "see /usr/share/doc and docs/work/plan" >d.md
accepts "paths of everybody's machine" text paths d.md
echo "/* TO""DO: later */" >e.c
refuses "work left undone" "e.c:1:" text pending e.c
accepts "work that is done" text pending b.c
printf 'int x; \n' >f.c
refuses "a trailing blank" "f.c:1:" text space f.c
printf 'int x;' >g.c
refuses "a missing last newline" "g.c" text space g.c
accepts "clean text" text space b.c

# --- links ----------------------------------------------------------------------

links()
{
	awk -f "$lint/links.awk" "$@"
}
echo '[x](nowhere.md)' >links.md
refuses "a dead link" "links.md:1: nowhere.md" links links.md
printf '[x](links.md#top) [y](https://example.org)\n' >fine.md
accepts "live links" links fine.md

# --- sizes ----------------------------------------------------------------------

# function_of BODY-LINES
function_of()
{
	printf 'int\nfunction_with_%d_lines(int a)\n{\n' "$1"
	awk -v n="$1" 'BEGIN { while (n-- > 0) print "\ta++;" }'
	printf '\treturn a;\n}\n'
}
sizes()
{
	sh "$lint/sizes.sh" "$@"
}
if have pmccabe && have ctags; then
	function_of 120 >long.c
	refuses "a function of 120 lines" "the limit is 100" sizes long.c
	function_of 70 >longish.c
	refuses "a p95 of 70 lines" "p95 of function length" sizes longish.c
	{
		printf 'int\nmaze(int a)\n{\n'
		awk 'BEGIN { for (i = 0; i < 25; i++)
			printf "\tif (a == %d)\n\t\treturn 1;\n", i }'
		printf '\treturn 0;\n}\n'
	} >maze.c
	refuses "a complexity of 26" "complexity of 26" sizes maze.c
	printf 'int\nf(int a, int b, int c, int d, int e, int f, int g)\n%s\n' \
	    '{ return a; }' >many.c
	refuses "seven parameters" "7 parameters" sizes many.c
	{
		echo '/* NOLINTNEXTLINE(parameters): the library says so */'
		cat many.c
	} >dictated.c
	accepts "seven that a library wants" sizes dictated.c
	awk 'BEGIN { for (i = 0; i < 1201; i++) print "int a" i ";" }' >big.c
	refuses "a file of 1201 lines" "1201 lines" sizes big.c
	function_of 10 >short.c
	accepts "a short function" sizes short.c
else
	skip sizes "pmccabe or ctags"
fi

# --- symbols --------------------------------------------------------------------

symbols()
{
	sh "$lint/symbols.sh" "$@"
}
if have nm && have cc; then
	object()
	{
		mkdir -p "$1/$(dirname "$2")" "$(dirname "$2")"
		cp "$2" "$1/$2.keep" 2>/dev/null
		cc -c -o "$1/${2%.c}.o" "$2"
	}
	echo 'int push(void){return 1;}' >base/queue.c
	printf 'int push(void);int main(void){return push();}\n' >base/user.c
	object b1 base/queue.c
	object b1 base/user.c
	refuses "an export without prefix" "push lacks its module prefix" \
	    symbols b1
	echo 'int queue_push(void){return 1;}' >base/queue.c
	object b2 base/queue.c
	refuses "an export that nobody uses" "queue_push is used nowhere" \
	    symbols b2
	printf 'int queue_push(void);int main(void){return queue_push();}\n' \
	    >base/user.c
	object b2 base/user.c
	accepts "a prefixed export in use" symbols b2
else
	skip symbols "nm or cc"
fi

# --- tools: their configuration is what is tested ---------------------------------

if have clang-format-14; then
	cp "$root/.clang-format" .
	echo 'int f(void){return 1;}' >ugly.c
	refuses "unformatted code" "ugly.c:1" \
	    clang-format-14 --dry-run -Werror ugly.c
	printf 'int\nf(void)\n{\n\treturn 1;\n}\n' >neat.c
	accepts "formatted code" clang-format-14 --dry-run -Werror neat.c
else
	skip format clang-format-14
fi

tidy()
{
	TIDY_FLAGS='-std=c11 -I.' sh "$lint/tidy.sh" "$tmp/tidy" "$@"
}
if have clang-tidy-14 && have clang; then
	cp "$root/.clang-tidy" .
	echo 'int f(int *p);int f(int *p) { if (!p) return *p; return 0; }' \
	    >null.c
	refuses "a null dereference" "null.c:1" tidy null.c
	refuses "it again: failures are not remembered" "null.c:1" tidy null.c
	printf 'int f(void);\nint\nf(void)\n{\n\treturn 1;\n}\n' >neat.c
	accepts "clean code" tidy neat.c
	accepts "it again, from memory" tidy neat.c
else
	skip tidy clang-tidy-14
fi

if have cppcheck; then
	echo 'int f(void) { int a[2]; a[0] = 1; a[1] = 1; return a[2]; }' \
	    >bounds.c
	refuses "an index out of bounds" "arrayIndexOutOfBounds" \
	    cppcheck --quiet --error-exitcode=1 bounds.c
else
	skip cppcheck cppcheck
fi

if have shellcheck; then
	printf '#!/bin/sh\nif [ $x = 1 ]; then local y; fi\n' >odd.sh
	refuses "a script that is not POSIX" "odd.sh" \
	    shellcheck -S warning odd.sh
else
	skip shellcheck shellcheck
fi

if have cc; then
	# The build's own flags, as make prints them.
	mkdir -p w/mk w/base
	cp "$root/Makefile" w
	cp "$root"/mk/* w/mk
	printf 'short base_f(int a);\nshort\nbase_f(int a)\n%s\n' \
	    '{ return a; }' >w/base/f.c
	refuses "a warning" "-Werror" \
	    make -C w VARIANT=debug WERROR=1 build/debug/base/f.o
	if have clang; then
		refuses "a warning, with clang" "-Werror" make -C w \
		    VARIANT=debug CC=clang WERROR=1 build/debug/base/f.o
	fi
	if [ -f "$root/base/banned.h" ]; then
		cp "$root/base/banned.h" w/base
		printf '#include <string.h>\nvoid f(char *d);\nvoid\nf(char *d)\n%s\n' \
		    "{ strc""py(d, \"x\"); }" >w/base/f.c
		refuses "a banned function, at compile time" "banned" \
		    make -C w VARIANT=debug build/debug/base/f.o
	fi
else
	skip warnings cc
fi

echo "1..$count"
[ $failed -eq 0 ]
