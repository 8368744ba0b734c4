/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/kfl/re2_shim.h"

#include <cstdio>
#include <new>

#include <re2/re2.h>

struct kfl_regex {
	RE2 re;

	kfl_regex(re2::StringPiece text, const RE2::Options &options)
	    : re(text, options)
	{
	}
};

/* What Go's regexp/syntax says for the same mistake. */
static const char *
go_message(RE2::ErrorCode code)
{
	switch (code) {
	case RE2::ErrorBadEscape:
		return "invalid escape sequence";
	case RE2::ErrorBadCharClass:
		return "invalid character class";
	case RE2::ErrorBadCharRange:
		return "invalid character class range";
	case RE2::ErrorMissingBracket:
		return "missing closing ]";
	case RE2::ErrorMissingParen:
		return "missing closing )";
	case RE2::ErrorUnexpectedParen:
		return "unexpected )";
	case RE2::ErrorTrailingBackslash:
		return "trailing backslash at end of expression";
	case RE2::ErrorRepeatArgument:
		return "missing argument to repetition operator";
	case RE2::ErrorRepeatSize:
		return "invalid repeat count";
	case RE2::ErrorRepeatOp:
		return "invalid nested repetition operator";
	case RE2::ErrorBadPerlOp:
		return "invalid or unsupported Perl syntax";
	case RE2::ErrorBadUTF8:
		return "invalid UTF-8";
	case RE2::ErrorBadNamedCapture:
		return "invalid named capture";
	case RE2::ErrorPatternTooLarge:
		return "expression too large";
	default:
		return "internal error";
	}
}

extern "C" struct kfl_regex *
kfl_regex_new(const char *p, size_t n, char *why, size_t size)
{
	RE2::Options options;
	struct kfl_regex *r;

	options.set_log_errors(false);
	options.set_max_mem(KFL_REGEX_MEM);
	why[0] = '\0';
	try {
		r = new kfl_regex(re2::StringPiece(p, n), options);
	} catch (const std::bad_alloc &) {
		return nullptr;
	}
	if (r->re.ok())
		return r;
	(void)std::snprintf(why, size, "error parsing regexp: %s: `%s`",
	                    go_message(r->re.error_code()),
	                    r->re.error_arg().c_str());
	delete r;
	return nullptr;
}

extern "C" bool
kfl_regex_matches(const struct kfl_regex *r, const char *p, size_t n)
{
	return RE2::PartialMatch(re2::StringPiece(p, n), r->re);
}

extern "C" void
kfl_regex_free(struct kfl_regex *r)
{
	delete r;
}
