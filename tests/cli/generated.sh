# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
#
# For the tests of a program's help: what is made from its table of options is
# what is checked in, tells everything, and works. To be read with "." after
# tests/cli/tap.sh, which sets tmp; first of all `generated PROGRAM` is called.
# shellcheck disable=SC2154

# generated PROGRAM: page, bash, zsh, fish are its files, $tmp/help its help
generated()
{
	program=$1
	tool=$(basename "$program")
	page=docs/man/$tool.1
	bash=docs/completions/$tool.bash
	zsh=docs/completions/_$tool
	fish=docs/completions/$tool.fish
	status '--help' 0 "$program" --help
	cp "$tmp/out" "$tmp/help"
	status 'help' 0 "$program" help
	same 'is the same' "$tmp/out" "$tmp/help"
	is 'lines fit a terminal' "$(awk 'length > 80' "$tmp/help")" ''
}

# tells_command COMMAND; its help is left in $tmp/COMMAND.help
tells_command()
{
	says "help lists $1" "$tmp/help" "^  $1 +[a-z]"
	status "help $1" 0 "$program" help "$1"
	cp "$tmp/out" "$tmp/$1.help"
	status "$1 --help" 0 "$program" "$1" --help
	same 'is the same' "$tmp/out" "$tmp/$1.help"
	is 'fits a terminal' "$(awk 'length > 80' "$tmp/out")" ''
	says "the man page has $1" "$page" "^[.]It Ic $1( |\$)"
	says "bash knows $1" "$bash" "^		+$1\\) words="
	says "zsh knows $1" "$zsh" "^	'$1:[a-z]"
	says "fish knows $1" "$fish" " -a $1 -d '[a-z]"
}

# tells_option OPTION, after every command
tells_option()
{
	cat "$tmp"/*.help "$tmp/help" >"$tmp/texts"
	says "help tells --$1" "$tmp/texts" "^  (-.,|   ) ?--$1( |\\[|\$)"
	says "the man page has --$1" "$page" "^[.]It .*Fl -$1( |\$)"
	says "bash knows --$1" "$bash" "[' ]--${1}[' ]"
	says "zsh knows --$1" "$zsh" "--$1(\\[|\\})"
	says "fish knows --$1" "$fish" " -l $1( -x.*)? -d '[a-z]"
}

# tells_limits FILE...: those that the files define
tells_limits()
{
	status 'help limits' 0 "$program" help limits
	cp "$tmp/out" "$tmp/limits"
	for limit in $(grep -hoE '^LIMIT\([a-z0-9_]+, "[a-z0-9-]+"' "$@" |
		sed 's/.*"\(.*\)"/\1/'); do
		says "help limits tells $limit" "$tmp/limits" \
			"^  $limit=[0-9]+ \\("
		says "the man page has $limit" "$page" "^[.]It Cm $limit "
	done
}

are_up_to_date()
{
	mkdir "$tmp/gen"
	ok 'the generated files can be made' \
		sh mk/gen/cmd.sh "$program" "$tmp/gen"
	for file in $page $bash $zsh $fish; do
		same "$file is up to date" "$file" "$tmp/gen/$file"
	done
}

# completes WHAT WANTED WORD...: what bash makes of the words
completes()
{
	what=$1
	wanted=$2
	shift 2
	cat >"$tmp/complete" <<-END
	. $bash
	COMP_WORDS=("\$@")
	COMP_CWORD=\$((\$# - 1))
	_$tool 2>/dev/null
	echo "\${COMPREPLY[*]}"
	END
	is "bash completes $what" "$(bash "$tmp/complete" "$tool" "$@")" \
		"$wanted"
}

# if_here PROGRAM NAME COMMAND...: run the command where there is the program
if_here()
{
	if command -v "$1" >/dev/null 2>&1; then
		shift
		ok "$@"
	else
		skip "$1 is not here"
	fi
}

are_readable()
{
	ok 'bash can read it' bash -n "$bash"
	if_here zsh 'zsh can read it' zsh -n "$zsh"
	if_here fish 'fish can read it' fish -n "$fish"
	if_here mandoc 'the man page is well formed' \
		mandoc -Tlint -Wwarning "$page"
}
