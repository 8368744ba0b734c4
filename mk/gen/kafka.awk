# SPDX-License-Identifier: Apache-2.0
#
# kafka.awk: analyzer/proto/kafka/kafka_schema.tbl to kafka_schema.def, which
# kafka_schema.c includes. The fields of a struct come one after the other in
# the order of the wire; NTH tells their order by name. Mistakes in the table
# end it with a message.

function die(why)
{
	printf "kafka_schema.tbl:%d: %s\n", NR, why >"/dev/stderr"
	failed = 1
	exit 1
}

# A struct's fields are kept as a list of numbers; 0 is no struct.
function add_field(parent, f)
{
	count[parent]++
	member[parent, count[parent]] = f
}

function set_versions(f, text,    part)
{
	if (text ~ /^[0-9]+[+]$/) {
		low[f] = text + 0
		high[f] = 127
	} else if (text ~ /^[0-9]+-[0-9]+$/) {
		split(text, part, "-")
		low[f] = part[1]
		high[f] = part[2]
	} else if (text ~ /^[0-9]+$/) {
		low[f] = high[f] = text
	} else {
		die("versions " text)
	}
}

function set_type(f, text)
{
	list[f] = sub(/^\[\]/, "", text)
	if (text == "" || text == "{}")
		text = "struct"
	if (!(text in known))
		die("type " text)
	type[f] = toupper(text)
}

function set_flags(f, from, to,    i, text)
{
	flags[f] = list[f] ? "KAFKA_LIST" : "0"
	tag[f] = -1
	for (i = from; i <= to; i++) {
		if ($i == "target")
			targets[api] = 1
		if ($i ~ /^tag=[0-9]+$/)
			tag[f] = substr($i, 5)
		else if ($i in flag_known)
			flags[f] = flags[f] " | KAFKA_" toupper($i)
		else
			die("flag " $i)
	}
	sub(/^0 [|] /, "", flags[f])
}

# The order of a struct's fields by name: nth[f] is an index into the struct.
function sort_names(parent,    i, j, n, order, t)
{
	n = count[parent]
	for (i = 1; i <= n; i++)
		order[i] = i
	for (i = 2; i <= n; i++) {
		for (j = i; j > 1 && name[member[parent, order[j - 1]]] > \
		    name[member[parent, order[j]]]; j--) {
			t = order[j]
			order[j] = order[j - 1]
			order[j - 1] = t
		}
	}
	for (i = 1; i <= n; i++)
		nth[member[parent, i]] = order[i] - 1
}

# Gives a struct's fields their places, then those of the structs in it.
function place(parent, level,    i)
{
	if (count[parent] > most)
		most = count[parent]
	if (level > deepest)
		deepest = level
	first[parent] = places
	sort_names(parent)
	for (i = 1; i <= count[parent]; i++)
		at[places++] = member[parent, i]
	for (i = 1; i <= count[parent]; i++)
		if (count[member[parent, i]] > 0)
			place(member[parent, i], level + 1)
}

BEGIN {
	split("bool int8 int16 int32 int64 uuid string bytes records error " \
	    "struct", words, " ")
	for (i in words)
		known[words[i]] = 1
	split("target acks sections first subscription assignment named", marks, " ")
	for (i in marks)
		flag_known[marks[i]] = 1
	fields = 0
	apis = 0
}

/^#/ || /^$/ { next }

/^api / {
	if (NF != 5 || $2 != apis)
		die("api KEY NAME MAX FLEXIBLE, in the order of keys")
	api_name[apis] = $3
	api_max[apis] = $4
	api_flexible[apis] = $5 == "-" ? 127 : $5
	api = apis++
	next
}

/^(request|response)$/ {
	side = $1
	root = ++fields
	root_of[api, side] = root
	under[0] = root
	depth = 0
	next
}

/^\t/ {
	match($0, /^\t+/)
	level = RLENGTH
	if (level > depth + 1)
		die("indented too far")
	depth = level
	f = ++fields
	under[level] = f
	add_field(under[level - 1], f)
	title[f] = ""
	last = NF
	for (i = 4; i <= NF; i++) {
		if ($i == ":") {
			last = i - 1
			title[f] = substr($0, index($0, " : ") + 3)
			break
		}
	}
	name[f] = $1
	set_type(f, $2)
	set_versions(f, $3)
	set_flags(f, 4, last)
	next
}

{ die("not understood") }

END {
	if (failed)
		exit 1
	places = 0
	most = 0
	for (i = 0; i < apis; i++) {
		if ((i, "request") in root_of)
			place(root_of[i, "request"], 1)
		if ((i, "response") in root_of)
			place(root_of[i, "response"], 1)
	}
	print "/* SPDX-License-Identifier: Apache-2.0 */"
	print "/*"
	print " * Made from kafka_schema.tbl by `make gen`; change it there."
	print " *"
	print " * KAFKA_API(key, name, max, flexible, request, fields, response," \
	    " fields,"
	print " *	has targets)"
	print " * KAFKA_FIELD(name, type, flags, min, max, tag, nth, child," \
	    " children, title)"
	print " */"
	print "#ifdef KAFKA_API"
	for (i = 0; i < apis; i++) {
		q = root_of[i, "request"]
		a = root_of[i, "response"]
		printf "KAFKA_API(%d, %s, %d, %d, %d, %d, %d, %d, %s)\n", i,
		    api_name[i], api_max[i], api_flexible[i], first[q],
		    count[q], first[a], count[a],
		    i in targets ? "true" : "false"
	}
	print "#endif"
	print "#ifdef KAFKA_FIELD"
	for (i = 0; i < places; i++) {
		f = at[i]
		printf "KAFKA_FIELD(%s, %s, %s, %d, %d, %d, %d, %d, %d, \"%s\")\n",
		    name[f], type[f], flags[f], low[f], high[f], tag[f],
		    nth[f], first[f], count[f], title[f]
	}
	print "#endif"
	print "#ifdef KAFKA_MOST_FIELDS"
	printf "KAFKA_MOST_FIELDS(%d, %d)\n", most, deepest
	print "#endif"
}
