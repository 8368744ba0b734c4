#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# kubeshark's help: every flag of the original with its type and default, and
# what is made from cli/flags.def is what is checked in.
set -u
. tests/cli/kubeshark.sh

status 'no arguments' 0 "$kubeshark"
cp "$tmp/out" "$tmp/help"
says 'show what it is' "$tmp/help" \
	'^Kubeshark: The API Traffic Viewer for Kubernetes$'
status '--help' 0 "$kubeshark" --help
same 'is the same' "$tmp/out" "$tmp/help"
status 'help' 0 "$kubeshark" help
same 'is the same, too' "$tmp/out" "$tmp/help"
is 'lines fit a terminal' "$(awk 'length > 80' "$tmp/help")" ''

# ---- the flags of the original: command, flag, type, default ----

page=docs/man/kubeshark.1
bash=docs/completions/kubeshark.bash
zsh=docs/completions/_kubeshark
fish=docs/completions/kubeshark.fish

for command in tap clean logs proxy check config version completion help; do
	says "help lists $command" "$tmp/help" "^  $command  +[a-z]"
	status "help $command" 0 "$kubeshark" help "$command"
	cp "$tmp/out" "$tmp/$command.help"
	status "$command --help" 0 "$kubeshark" "$command" --help
	same 'is the same' "$tmp/out" "$tmp/$command.help"
	is 'fits a terminal' "$(awk 'length > 80' "$tmp/out")" ''
	says "the man page has $command" $page "^[.]It Ic $command( |\$)"
	says "bash knows $command" $bash "^		+$command\\) words="
	says "zsh knows $command" $zsh "^	'$command:[a-z]"
	says "fish knows $command" $fish " -a $command -d '[a-z]"
done

# One line a flag: "LABEL|help (default ...)".
for command in tap clean logs proxy check config version; do
	awk '/^Options:/ { on = 1; next } /^Exit status/ { on = 0 }
	!on { next }
	/^  (-.,|   ) ?--/ { if (label) print label "|" text
		label = $0; text = ""; next }
	/^        / { sub(/^ +/, ""); text = text (text ? " " : "") $0 }
	END { print label "|" text }' "$tmp/$command.help" >"$tmp/$command.flags"
done

# Label, words that its meaning has, default; of tests/cli/kubeshark_flags.tsv.
tab=$(printf '\t')
while IFS="$tab" read -r command label meaning default; do
	case $command in '' | '#'*) continue ;; esac
	line=$(grep -F -e "  $label|" "$tmp/$command.flags")
	is "$command has $label" "${line:+yes}" yes
	printf '%s\n' "$line" >"$tmp/line"
	says 'which means what it did' "$tmp/line" "$meaning"
	case $default in
	-) is 'without a default' "${line##*(default *}" "$line" ;;
	*) is "with its default" "${line##*(default }" "$default)" ;;
	esac
done <tests/cli/kubeshark_flags.tsv

# Flags that the build alone uses, and other names, have no text.
for flag in $(tr '\n' ' ' <cli/flags.def |
	grep -oE 'FLAG\([A-Z0-9_]+, "[a-z0-9-]+"' | sed 's/.*"\(.*\)"/\1/' |
	grep -vE '^(man-options|configpath)$'); do
	says "help tells --$flag" "$(grep -lE -e "^  (-.,|   ) ?--$flag( |\\[|\$)" \
		"$tmp"/*.help | head -n 1)" "^  (-.,|   ) ?--$flag( |\\[|\$)"
	says "the man page has --$flag" $page "^[.]It .*Fl -$flag( |\$)"
	says "bash knows --$flag" $bash "[' ]--${flag}[' ]"
	says "zsh knows --$flag" $zsh "--$flag(\\[|\\})"
	says "fish knows --$flag" $fish " -l $flag( -x.*)? -d '[a-z]"
done

status 'help limits' 0 "$kubeshark" help limits
cp "$tmp/out" "$tmp/limits"
for limit in $(grep -oE '^LIMIT\([a-z0-9_]+, "[a-z0-9-]+"' cli/limits.def |
	sed 's/.*"\(.*\)"/\1/'); do
	says "help limits tells $limit" "$tmp/limits" "^  $limit=[0-9]+ \\("
	says "the man page has $limit" $page "^[.]It Cm $limit "
done
for key in $(sed -n 's/^KEY([A-Z0-9_]*, "\([^"]*\)".*/\1/p' cli/keys.def); do
	says "docs/cli.md has $key" docs/cli.md "^\\| \`$key\`"
done

mkdir "$tmp/gen"
ok 'the generated files can be made' sh mk/gen/cmd.sh "$kubeshark" "$tmp/gen"
for file in $page $bash $zsh $fish; do
	same "$file is up to date" "$file" "$tmp/gen/$file"
done

# ---- the scripts work ----

status 'an unknown shell' 2 "$kubeshark" completion csh
ok 'bash can read it' bash -n $bash
cat >"$tmp/complete" <<'END'
. docs/completions/kubeshark.bash
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_kubeshark 2>/dev/null
echo "${COMPREPLY[*]}"
END
is 'bash completes a command' "$(bash "$tmp/complete" kubeshark pr)" proxy
is 'bash completes a flag' "$(bash "$tmp/complete" kubeshark tap --pc)" --pcap
is 'bash completes a shell' \
	"$(bash "$tmp/complete" kubeshark completion z)" zsh
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
