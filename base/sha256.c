/* SPDX-License-Identifier: Apache-2.0 */
#include "base/sha256.h"

#include <string.h>

#include <openssl/evp.h>

#include "base/cursor.h"
#include "base/err.h"

int
sha256_init(struct sha256 *s)
{
	const EVP_MD *md = NULL;

	if (s->ctx == NULL)
		s->ctx = EVP_MD_CTX_new();
	if (s->ctx == NULL)
		return ERR_NOMEM;
	/* Naming it again would look it up in a table under a lock. */
	if (EVP_MD_CTX_get0_md(s->ctx) == NULL)
		md = EVP_sha256();
	if (EVP_DigestInit_ex(s->ctx, md, NULL) != 1)
		return ERR_CRYPTO;
	return 0;
}

int
sha256_update(struct sha256 *s, const void *p, size_t n)
{
	return EVP_DigestUpdate(s->ctx, p, n) == 1 ? 0 : ERR_CRYPTO;
}

int
sha256_final(struct sha256 *s, uint8_t ret_digest[SHA256_SIZE])
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	if (EVP_DigestFinal_ex(s->ctx, digest, &n) != 1 || n != SHA256_SIZE)
		return ERR_CRYPTO;
	memcpy(ret_digest, digest, SHA256_SIZE);
	return 0;
}

void
sha256_release(struct sha256 *s)
{
	EVP_MD_CTX_free(s->ctx);
	s->ctx = NULL;
}

int
sha256_of(struct str bytes, uint8_t ret_digest[SHA256_SIZE])
{
	struct sha256 s = SHA256_INIT;
	int rc = sha256_init(&s);

	if (rc == 0)
		rc = sha256_update(&s, bytes.p, bytes.n);
	if (rc == 0)
		rc = sha256_final(&s, ret_digest);
	sha256_release(&s);
	return rc;
}

struct str
sha256_hex(const uint8_t digest[SHA256_SIZE], char out[SHA256_HEX_MAX])
{
	static const char hex[] = "0123456789abcdef";

	for (size_t i = 0; i < SHA256_SIZE; i++) {
		out[2 * i] = hex[digest[i] >> 4];
		out[2 * i + 1] = hex[digest[i] & 15];
	}
	out[2 * SHA256_SIZE] = '\0';
	return str_make(out, 2 * (size_t)SHA256_SIZE);
}

int
sha256_parse(struct str hex, uint8_t ret_digest[SHA256_SIZE])
{
	struct cursor c = cur_from_str(hex, false);
	uint8_t digest[SHA256_SIZE];

	for (size_t i = 0; i < SHA256_SIZE; i++) {
		struct cursor pair = cur_block(&c, 2);

		digest[i] = (uint8_t)cur_hex(&pair, 0xff);
		cur_done(&pair);
		if (!cur_ok(&pair))
			return ERR_SYNTAX;
	}
	if (!cur_at_end(&c))
		return ERR_SYNTAX;
	memcpy(ret_digest, digest, SHA256_SIZE);
	return 0;
}
