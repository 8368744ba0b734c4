# SPDX-License-Identifier: Apache-2.0
#
# conform.jq: holds replies against openapi.json, which is in $doc[0]. The input
# is {method, path, status, type, body} for each; what is wrong comes out, a text
# each. Of JSON Schema it knows what schemas.c writes, and refuses the rest.

($doc[0]) as $api |

def fits($want; $value; $at):
	($value | type) as $is |
	if $want == "integer" then
		if $is == "number" and ($value | floor) == $value then empty
		else "\($at): \($is), not a whole number" end
	elif $want == $is then empty
	else "\($at): \($is), not \($want)" end;

def check($schema; $value; $at):
	($schema | keys - ["$ref", "type", "format", "enum", "items", "anyOf",
		"allOf", "required", "properties", "additionalProperties"]) as $odd |
	if $odd != [] then "\($at): \($odd) in a schema is not understood"
	elif $schema["$ref"] then
		check($api.components.schemas[$schema["$ref"] |
			ltrimstr("#/components/schemas/")]; $value; $at)
	elif $schema.anyOf then
		[$schema.anyOf[] | [check(.; $value; $at)]] |
		if any(. == []) then empty else first[] end
	elif $schema.allOf then
		$schema.allOf[] | check(.; $value; $at)
	elif $schema.enum then
		if $schema.enum | index($value) then empty
		else "\($at): \($value) is none of \($schema.enum)" end
	elif $schema.type == null then empty
	else
		[fits($schema.type; $value; $at)] as $bad |
		if $bad != [] then $bad[]
		elif $schema.format == "date-time" then
			if $value | test("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:" +
				"[0-9]{2}:[0-9]{2}([.][0-9]+)?Z$") then empty
			else "\($at): \($value) is no time" end
		elif $schema.type == "array" then
			$value | to_entries[] |
			check($schema.items; .value; "\($at)[\(.key)]")
		elif $schema.type == "object" then
			($schema.required // [] | .[] |
				select(. as $k | $value | has($k) | not) |
				"\($at): has no \(.)"),
			($schema.additionalProperties as $of |
				$schema.properties // {} | . as $known |
				$value | to_entries[] |
				($known[.key] // $of) as $its |
				select($its != null) |
				check($its; .value; "\($at).\(.key)"))
		else empty end
	end;

[$api.paths | to_entries[] | .value as $methods | .key as $path |
	{re: ("^" + ($path | gsub("[.]"; "[.]") | gsub("[{][a-z]+[}]"; "[^/]+")) +
		"$"), methods: $methods}] as $routes |

inputs |
.method as $method | .path as $path | .status as $status | .type as $type |
.body as $body |
first($routes[] | select(.re as $re | $path | test($re)) |
	select(.methods[$method])) // null | .methods[$method] as $op |
select($op != null) |
($op.responses["\($status)"] // $op.responses.default) as $said |
if $said.content[$type] == null and $said.content["*/*"] == null then
	"\($method) \($path), status \($status): \($type), not " +
		"\($said.content | keys)"
elif $body == null then empty
else check($said.content[$type].schema // {}; $body;
	"\($method) \($path), status \($status): ") end
