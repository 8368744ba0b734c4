# SPDX-License-Identifier: Apache-2.0
#
# awk -f banned.awk FILE...: what base/banned.h makes impossible in product
# code, looked for in every C file, tests included; and, in files that parse
# packets, bytes touched behind the cursor's back. Comments and strings are
# skipped. Prints "file:line: rule"; exits 1 when there was something.

BEGIN {
	always = "strcpy|strcat|strncpy|strncat|stpcpy|sprintf|vsprintf|" \
	    "strtok|strtok_r|gets|atoi|atol|atoll|atof|sscanf|gmtime|" \
	    "localtime|ctime|ctime_r|asctime|asctime_r|mktemp|tmpnam|tempnam|" \
	    "system|popen|alloca"
	memory = "malloc|calloc|realloc|reallocarray|free|posix_memalign|" \
	    "aligned_alloc|strdup|strndup|asprintf|vasprintf"
}

function complain(text)
{
	printf "%s:%d: %s\n", FILENAME, FNR, text
	bad++
}

# The line without strings, character constants and comments; a comment that
# stays open is remembered.
function code_of(line,   out, i, c, two, quote)
{
	out = ""
	quote = ""
	for (i = 1; i <= length(line); i++) {
		c = substr(line, i, 1)
		two = substr(line, i, 2)
		if (in_comment) {
			if (two == "*/") {
				in_comment = 0
				i++
			}
		} else if (quote != "") {
			if (c == "\\")
				i++
			else if (c == quote)
				quote = ""
		} else if (two == "/*") {
			in_comment = 1
			out = out " "
			i++
		} else if (two == "//") {
			break
		} else if (c == "\"" || c == "'") {
			quote = c
			out = out " "
		} else {
			out = out c
		}
	}
	return out
}

# Is one of the functions called in this code?
function calls(code, names)
{
	return code ~ ("(^|[^A-Za-z0-9_.>])(" names ")[ \t]*[(]")
}

FNR == 1 {
	in_comment = 0
	product = FILENAME !~ /^(tests|samples|mk)\//
	parser = FILENAME ~ /^analyzer\/(net|proto)\//
	skip = FILENAME ~ /^base\/(banned[.]h|mem[.][ch])$/
}

{
	code = code_of($0)
	if (skip)
		next
	if (calls(code, always))
		complain("a function that base/banned.h forbids: " $0)
	if (product && calls(code, memory))
		complain("memory comes from base/mem.h: " $0)
	if (parser && code ~ /(->|[.])p[ \t]*(\[|[+])/)
		complain("packet bytes are read through struct cursor: " $0)
	if (code ~ /^[ \t]*typedef[ \t]+(struct|union)/)
		complain("no typedef for structs: " $0)
}

END {
	exit bad > 0
}
