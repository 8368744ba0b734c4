#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Help, man page and completions are made from analyzer/cmd/options.def: all of
# them tell every command and option, and what is checked in is what the
# program says now (mk/gen/cmd.sh writes it).
set -u
. tests/cli/tap.sh

status '--version' 0 "$analyzer" --version
says 'has the version' "$tmp/out" '^analyzer [0-9]'
status '--help' 0 "$analyzer" --help
cp "$tmp/out" "$tmp/help"
status 'help' 0 "$analyzer" help
same 'is the same' "$tmp/out" "$tmp/help"
is 'lines fit a terminal' "$(awk 'length > 80' "$tmp/help")" ''

page=docs/man/analyzer.1
bash=docs/completions/analyzer.bash
zsh=docs/completions/_analyzer
fish=docs/completions/analyzer.fish

commands=$(sed -n 's/^COMMAND([A-Z]*, \([a-z]*\),.*/\1/p' \
	analyzer/cmd/options.def)
is 'there are commands' "$([ "$(echo "$commands" | wc -l)" -ge 8 ] &&
	echo yes)" yes
for command in $commands; do
	says "help lists $command" "$tmp/help" "^  $command +[a-z]"
	status "help $command" 0 "$analyzer" help "$command"
	cp "$tmp/out" "$tmp/$command.help"
	status "$command --help" 0 "$analyzer" "$command" --help
	same 'is the same' "$tmp/out" "$tmp/$command.help"
	is 'fits a terminal' "$(awk 'length > 80' "$tmp/out")" ''
	says "the man page has $command" $page "^[.]It Ic $command "
	says "bash knows $command" $bash "^		+$command\\) words="
	says "zsh knows $command" $zsh "^	'$command:[a-z]"
	says "fish knows $command" $fish " -a $command -d '[a-z]"
done

# Options that the build alone uses have no text, by name.
options=$(tr '\n' ' ' <analyzer/cmd/options.def |
	grep -oE 'OPTION\([A-Z]+, "[a-z-]+"' | sed 's/.*"\(.*\)"/\1/' |
	grep -v '^man-options$')
cat "$tmp"/*.help "$tmp/help" >"$tmp/texts"
is 'there are options' "$([ "$(echo "$options" | wc -l)" -gt 10 ] &&
	echo yes)" yes
for option in $options; do
	says "help tells --$option" "$tmp/texts" "^  (-.,|   ) ?--$option( |\$)"
	says "the man page has --$option" $page "^[.]It .*Fl -$option( |\$)"
	says "bash knows --$option" $bash "[' ]--${option}[' ]"
	says "zsh knows --$option" $zsh "--$option(\\[|\\})"
	says "fish knows --$option" $fish " -l $option( -x.*)? -d '[a-z]"
done

status 'help limits' 0 "$analyzer" help limits
cp "$tmp/out" "$tmp/limits"
for limit in $(grep -hoE '^LIMIT\([a-z_]+, "[a-z-]+"' snapshot/limits.def \
	analyzer/net/limits.def analyzer/proto/limits.def \
	analyzer/api/limits.def analyzer/export/limits.def |
	sed 's/.*"\(.*\)"/\1/'); do
	says "help limits tells $limit" "$tmp/limits" "^  $limit=[0-9]+ \\("
	says "the man page has $limit" $page "^[.]It Cm $limit "
done

mkdir "$tmp/gen"
ok 'the generated files can be made' sh mk/gen/cmd.sh "$analyzer" "$tmp/gen"
for file in $page $bash $zsh $fish; do
	same "$file is up to date" "$file" "$tmp/gen/$file"
done

# ---- the scripts work ----

ok 'bash can read it' bash -n $bash
cat >"$tmp/complete" <<'END'
. docs/completions/analyzer.bash
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_analyzer 2>/dev/null
echo "${COMPREPLY[*]}"
END
is 'bash completes a command' "$(bash "$tmp/complete" analyzer qu)" query
is 'bash completes an option' "$(bash "$tmp/complete" analyzer query --fu)" \
	--full
is 'bash completes a value' \
	"$(bash "$tmp/complete" analyzer show x --body res)" response
if command -v zsh >/dev/null 2>&1; then
	ok 'zsh can read it' zsh -n $zsh
else
	skip 'zsh is not here'
fi
if command -v fish >/dev/null 2>&1; then
	ok 'fish can read it' fish -n $fish
else
	skip 'fish is not here'
fi
if command -v mandoc >/dev/null 2>&1; then
	ok 'the man page is well formed' mandoc -Tlint -Wwarning $page
else
	skip 'mandoc is not here'
fi

done_testing
