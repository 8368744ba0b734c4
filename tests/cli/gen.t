#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Tables that are made from other tables are those that are checked in, and a
# mistake in a table is told with its line.
set -u
. tests/cli/tap.sh

folder=analyzer/proto/kafka
kafka()
{
	LC_ALL=C awk -f mk/gen/kafka.awk "$1"
}

kafka $folder/kafka_schema.tbl >"$tmp/kafka.def"
same 'kafka_schema.def is up to date' "$tmp/kafka.def" \
	$folder/kafka_schema.def

# refused WHAT LINES
refused()
{
	printf %b "$2" >"$tmp/bad.tbl"
	if kafka "$tmp/bad.tbl" >"$tmp/out" 2>"$tmp/err"; then
		fail "$1"
	else
		says "$1" "$tmp/err" '^kafka_schema.tbl:[0-9]*: '
	fi
}

api='api 0 Produce 1 -\nrequest\n'
refused 'an unknown type' "$api\ta int 0+\n"
refused 'versions that are none' "$api\ta int8 0-\n"
refused 'an unknown flag' "$api\ta int8 0+ big\n"
refused 'a field below nothing' "$api\t\t\ta int8 0+\n"
refused 'keys out of order' 'api 1 Fetch 1 -\n'
refused 'a line that is something else' "$api\nresponses\n"

done_testing
