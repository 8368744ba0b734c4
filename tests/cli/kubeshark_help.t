#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# kubeshark's help: every flag of the original with its type and default, and
# what is made from cli/flags.def is what is checked in.
set -u
. tests/cli/kubeshark.sh
. tests/cli/generated.sh

generated "$kubeshark"
says 'show what it is' "$tmp/help" \
	'^Kubeshark: The API Traffic Viewer for Kubernetes$'
status 'no arguments' 0 "$kubeshark"
same 'is the same' "$tmp/out" "$tmp/help"

# ---- the flags of the original: command, flag, type, default ----

for command in tap clean logs proxy check config version completion help; do
	tells_command "$command"
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
	tells_option "$flag"
done

tells_limits cli/limits.def
for key in $(sed -n 's/^KEY([A-Z0-9_]*, "\([^"]*\)".*/\1/p' cli/keys.def); do
	says "docs/cli.md has $key" docs/cli.md "^\\| \`$key\`"
done

are_up_to_date

status 'an unknown shell' 2 "$kubeshark" completion csh
completes 'a command' proxy pr
completes 'a flag' --pcap tap --pc
completes 'a shell' zsh completion z
are_readable

done_testing
