#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Help, man page and completions are made from analyzer/cmd/options.def: all of
# them tell every command and option, and what is checked in is what the
# program says now (mk/gen/cmd.sh writes it).
set -u
. tests/cli/tap.sh
. tests/cli/generated.sh

status '--version' 0 "$analyzer" --version
says 'has the version' "$tmp/out" '^analyzer [0-9]'
generated "$analyzer"

commands=$(sed -n 's/^COMMAND([A-Z]*, \([a-z]*\),.*/\1/p' \
	analyzer/cmd/options.def)
is 'there are commands' "$([ "$(echo "$commands" | wc -l)" -ge 8 ] &&
	echo yes)" yes
for command in $commands; do
	tells_command "$command"
done

# Options that the build alone uses have no text, by name.
options=$(tr '\n' ' ' <analyzer/cmd/options.def |
	grep -oE 'OPTION\([A-Z]+, "[a-z-]+"' | sed 's/.*"\(.*\)"/\1/' |
	grep -v '^man-options$')
is 'there are options' "$([ "$(echo "$options" | wc -l)" -gt 10 ] &&
	echo yes)" yes
for option in $options; do
	tells_option "$option"
done

tells_limits snapshot/limits.def analyzer/net/limits.def \
	analyzer/proto/limits.def analyzer/api/limits.def \
	analyzer/export/limits.def
are_up_to_date

completes 'a command' query qu
completes 'an option' --full query --fu
completes 'a value' response show x --body res
are_readable

done_testing
