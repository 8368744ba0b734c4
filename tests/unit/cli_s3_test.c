/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/s3.h"

#include "cli/s3_list.h"
#include "tests/tap/tap.h"

static void
is_url(const char *text, const char *endpoint, const char *want)
{
	struct err e = ERR_INIT;
	struct s3 s;
	char url[S3_URL] = "";

	is_int(s3_parse(text, &e, &s), 0, text);
	snprintf(s.env.region, sizeof(s.env.region), "eu-west-3");
	snprintf(s.env.endpoint, sizeof(s.env.endpoint), "%s", endpoint);
	is_int(s3_url(&s, s.key, NULL, url), 0, "has a URL");
	is_str(url, want, "which is this");
}

static void
test_urls(void)
{
	static const char *const bad[] = { "s3://", "s3://ab/x", "s3:///x",
		                           "s3://a b c/x" };
	struct err e;
	struct s3 s;

	is_url("s3://snaps/a/b.tar.gz", "",
	       "https://snaps.s3.eu-west-3.amazonaws.com/a/b.tar.gz");
	is_url("s3://my.snaps/x", "",
	       "https://s3.eu-west-3.amazonaws.com/my.snaps/x");
	is_url("s3://snaps/a b+c%?#~", "http://h:9/",
	       "http://h:9/snaps/a%20b%2Bc%25%3F%23~");
	is_url("s3://snaps", "http://h", "http://h/snaps/");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		is_int(s3_parse(bad[i], &e, &s), ERR_USAGE, bad[i]);
}

static void
is_found(const char *section, const char *key, const char *want)
{
	struct str text = STR("a = 0\n"
	                      "[default]\n"
	                      "# a = 1\n"
	                      "a = 2\r\n"
	                      "s3 =\n"
	                      "  b = 3\n"
	                      "[ profile x ]\n"
	                      "a=4\n"
	                      "b = c = d \n"
	                      "[\n"
	                      "a = 5");
	struct str got = s3_env_find(text, str_from_c(section),
	                             str_from_c(key));

	is_bytes(got.p, got.n, want, strlen(want), want);
}

static void
test_files(void)
{
	is_found("default", "a", "2");
	is_found("default", "b", "");
	is_found("profile x", "a", "5");
	is_found("profile x", "b", "c = d");
	is_found("nobody", "a", "");
	is_found("default", "s3", "");
}

static char keys[256];

static int
take(void *ctx, struct str key, uint64_t size)
{
	size_t n = strlen(keys);

	(void)ctx;
	snprintf(keys + n, sizeof(keys) - n, "<" STR_FMT ":%d>", STR_ARG(key),
	         (int)size);
	return str_eq(key, STR("stop")) ? ERR_LIMIT : 0;
}

static int
list(const char *xml, struct s3_list_page *ret_page)
{
	keys[0] = '\0';
	return s3_list_parse(str_from_c(xml), take, NULL, ret_page);
}

#define OBJECT(key)                                  \
	"<Contents><Key>" key "</Key><Size>7</Size>" \
	"<Owner><ID>x</ID></Owner></Contents>"
#define PAGE(inside) "<ListBucketResult xmlns='u'>" inside "</ListBucketResult>"

static void
test_lists(void)
{
	static const char *const bad[] = {
		"",
		"<html/>",
		PAGE("<Contents><Size>7</Size></Contents>"),
		PAGE("<Contents><Key>a</Key><Size>x</Size></Contents>"),
		PAGE(OBJECT("a")) "x",
		PAGE(
		    "<a><a><a><a><a><a><a><a></a></a></a></a></a></a></a></a>"),
		"<!DOCTYPE x [<!ENTITY a 'b'>]>" PAGE(OBJECT("&a;")),
		"<ListBucketResult><Contents>",
	};
	struct s3_list_page page;

	is_int(list(PAGE("<Prefix>p</Prefix><IsTruncated>true</IsTruncated>"
	                 "<NextContinuationToken>t&amp;u</"
	                 "NextContinuationToken>" OBJECT("p/a&amp;b")
	                     OBJECT("p/c")),
	            &page),
	       0, "a page");
	is_str(keys, "<p/a&b:7><p/c:7>", "its keys");
	is_int(page.count, 2, "are two");
	ok(page.truncated, "there is more");
	is_str(page.token, "t&u", "behind this token");
	is_int(list(PAGE(""), &page), 0, "an empty page");
	ok(!page.truncated && page.count == 0, "is one");
	is_int(list(PAGE(OBJECT("stop") OBJECT("b")), &page), ERR_LIMIT,
	       "the reader may stop");
	is_str(keys, "<stop:7>", "at once");
	is_int(list("<Error><Code>NoSuchKey</Code><Message>no</Message>"
	            "<Key>x</Key></Error>",
	            &page),
	       0, "an error");
	is_str(page.code, "NoSuchKey", "its code");
	is_str(page.message, "no", "its message");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		is_int(list(bad[i], &page), ERR_MALFORMED, bad[i]);
}

int
main(void)
{
	test_urls();
	test_files();
	test_lists();
	return tap_done();
}
