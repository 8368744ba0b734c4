/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/http2/hpack_static.h"

#include "base/compiler.h"

static const struct hpack_static static_table[HPACK_STATIC] = {
	{ STR_INIT(":authority"), STR_INIT("") },
	{ STR_INIT(":method"), STR_INIT("GET") },
	{ STR_INIT(":method"), STR_INIT("POST") },
	{ STR_INIT(":path"), STR_INIT("/") },
	{ STR_INIT(":path"), STR_INIT("/index.html") },
	{ STR_INIT(":scheme"), STR_INIT("http") },
	{ STR_INIT(":scheme"), STR_INIT("https") },
	{ STR_INIT(":status"), STR_INIT("200") },
	{ STR_INIT(":status"), STR_INIT("204") },
	{ STR_INIT(":status"), STR_INIT("206") },
	{ STR_INIT(":status"), STR_INIT("304") },
	{ STR_INIT(":status"), STR_INIT("400") },
	{ STR_INIT(":status"), STR_INIT("404") },
	{ STR_INIT(":status"), STR_INIT("500") },
	{ STR_INIT("accept-charset"), STR_INIT("") },
	{ STR_INIT("accept-encoding"), STR_INIT("gzip, deflate") },
	{ STR_INIT("accept-language"), STR_INIT("") },
	{ STR_INIT("accept-ranges"), STR_INIT("") },
	{ STR_INIT("accept"), STR_INIT("") },
	{ STR_INIT("access-control-allow-origin"), STR_INIT("") },
	{ STR_INIT("age"), STR_INIT("") },
	{ STR_INIT("allow"), STR_INIT("") },
	{ STR_INIT("authorization"), STR_INIT("") },
	{ STR_INIT("cache-control"), STR_INIT("") },
	{ STR_INIT("content-disposition"), STR_INIT("") },
	{ STR_INIT("content-encoding"), STR_INIT("") },
	{ STR_INIT("content-language"), STR_INIT("") },
	{ STR_INIT("content-length"), STR_INIT("") },
	{ STR_INIT("content-location"), STR_INIT("") },
	{ STR_INIT("content-range"), STR_INIT("") },
	{ STR_INIT("content-type"), STR_INIT("") },
	{ STR_INIT("cookie"), STR_INIT("") },
	{ STR_INIT("date"), STR_INIT("") },
	{ STR_INIT("etag"), STR_INIT("") },
	{ STR_INIT("expect"), STR_INIT("") },
	{ STR_INIT("expires"), STR_INIT("") },
	{ STR_INIT("from"), STR_INIT("") },
	{ STR_INIT("host"), STR_INIT("") },
	{ STR_INIT("if-match"), STR_INIT("") },
	{ STR_INIT("if-modified-since"), STR_INIT("") },
	{ STR_INIT("if-none-match"), STR_INIT("") },
	{ STR_INIT("if-range"), STR_INIT("") },
	{ STR_INIT("if-unmodified-since"), STR_INIT("") },
	{ STR_INIT("last-modified"), STR_INIT("") },
	{ STR_INIT("link"), STR_INIT("") },
	{ STR_INIT("location"), STR_INIT("") },
	{ STR_INIT("max-forwards"), STR_INIT("") },
	{ STR_INIT("proxy-authenticate"), STR_INIT("") },
	{ STR_INIT("proxy-authorization"), STR_INIT("") },
	{ STR_INIT("range"), STR_INIT("") },
	{ STR_INIT("referer"), STR_INIT("") },
	{ STR_INIT("refresh"), STR_INIT("") },
	{ STR_INIT("retry-after"), STR_INIT("") },
	{ STR_INIT("server"), STR_INIT("") },
	{ STR_INIT("set-cookie"), STR_INIT("") },
	{ STR_INIT("strict-transport-security"), STR_INIT("") },
	{ STR_INIT("transfer-encoding"), STR_INIT("") },
	{ STR_INIT("user-agent"), STR_INIT("") },
	{ STR_INIT("vary"), STR_INIT("") },
	{ STR_INIT("via"), STR_INIT("") },
	{ STR_INIT("www-authenticate"), STR_INIT("") },
};

const struct hpack_static *
hpack_static(uint64_t index)
{
	if (index == 0 || index > HPACK_STATIC)
		return NULL;
	return &static_table[index - 1];
}
