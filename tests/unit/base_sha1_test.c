/* SPDX-License-Identifier: Apache-2.0 */
/* The vectors are those of FIPS 180-2, appendix A, and RFC 6455, 1.3. */
#include "base/sha1.h"

#include "tests/tap/tap.h"

int
main(void)
{
	uint8_t d[SHA1_SIZE];

	is_int(sha1_of(STR("abc"), d), 0, "digest");
	is_bytes(d, sizeof(d),
	         "\xa9\x99\x3e\x36\x47\x06\x81\x6a\xba\x3e\x25\x71\x78\x50\xc2"
	         "\x6c\x9c\xd0\xd8\x9d",
	         SHA1_SIZE, "of FIPS 180-2");
	is_int(sha1_of(STR("dGhlIHNhbXBsZSBub25jZQ=="
	                   "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"),
	               d),
	       0, "digest");
	is_bytes(d, sizeof(d),
	         "\xb3\x7a\x4f\x2c\xc0\x62\x4f\x16\x90\xf6\x46\x06\xcf\x38\x59"
	         "\x45\xb2\xbe\xc4\xea",
	         SHA1_SIZE, "of RFC 6455");
	is_int(sha1_of(STR_NONE, d), 0, "nothing may be NULL");
	return tap_done();
}
