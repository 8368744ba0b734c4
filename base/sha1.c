/* SPDX-License-Identifier: Apache-2.0 */
#include "base/sha1.h"

#include <string.h>

#include <openssl/evp.h>

#include "base/err.h"

int
sha1_of(struct str bytes, uint8_t ret_digest[SHA1_SIZE])
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	if (EVP_Digest(bytes.p, bytes.n, digest, &n, EVP_sha1(), NULL) != 1 ||
	    n != SHA1_SIZE)
		return ERR_CRYPTO;
	memcpy(ret_digest, digest, SHA1_SIZE);
	return 0;
}
