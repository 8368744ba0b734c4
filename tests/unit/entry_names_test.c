/* SPDX-License-Identifier: Apache-2.0 */
/* The name tables: complete, without doubles, and fit for an index. */
#include <ctype.h>

#include "analyzer/entry/diag.h"
#include "analyzer/entry/disposition.h"
#include "analyzer/entry/gap.h"
#include "analyzer/entry/stream.h"
#include "tests/tap/tap.h"

enum { NAMES_MAX = 64 };

/* Lower case, digits and underscores, as column values and JSON keys have to
 * be. */
static bool
is_plain(const char *s)
{
	if (s == NULL || *s == '\0')
		return false;
	for (; *s != '\0'; s++) {
		if (!islower((unsigned char)*s) &&
		    !isdigit((unsigned char)*s) && *s != '_')
			return false;
	}
	return true;
}

static void
check_names(const char *const *names, size_t n, const char *what)
{
	bool plain = true, single = true;

	for (size_t i = 0; i < n; i++) {
		plain = plain && is_plain(names[i]);
		for (size_t k = 0; k < i; k++)
			single = single && strcmp(names[i], names[k]) != 0;
	}
	printf("# %s: %zu names\n", what, n);
	ok(n != 0 && plain, "every value has a plain name");
	ok(single, "no two values share a name");
}

int
main(void)
{
	const char *names[NAMES_MAX];
	bool texts = true;
	unsigned in_stream = 0;
	size_t n;

	for (n = 0; n < DISPOSITION_COUNT; n++) {
		enum disposition d = (enum disposition)n;

		names[n] = disposition_name(d);
		texts = texts && disposition_what(d)[0] != '\0';
		in_stream += disposition_in_stream(d);
	}
	check_names(names, n, "disposition");
	ok(texts, "every disposition is explained");
	is_int(in_stream, 12, "twelve dispositions are of packets in streams");
	is_str(disposition_name(DISPOSITION_DATA_CUT), "data_cut",
	       "a disposition's name");
	ok(disposition_in_stream(DISPOSITION_DATAGRAM) &&
	       !disposition_in_stream(DISPOSITION_FRAGMENT),
	   "in a stream or not");

	for (n = 0; n < GAP_COUNT; n++)
		names[n] = gap_name((enum gap_cause)n);
	check_names(names, n, "gap");
	is_str(gap_name(GAP_SNAPLEN), "snaplen", "a gap's name");

	for (n = 0; n < DIAG_COUNT; n++)
		names[n] = diag_name((enum diag_kind)n);
	check_names(names, n, "diag");
	is_str(diag_name(DIAG_GAP), "gap", "a diagnostic's name");
	is_int(diag_severity(DIAG_GAP), DIAG_SEV_LOSS, "its severity");
	is_int(diag_severity(DIAG_LIMIT), DIAG_SEV_REFUSED, "another's");
	is_str(diag_severity_name(DIAG_SEV_REFUSED), "refused",
	       "a severity's name");

	for (n = 0; n < STREAM_STATE_COUNT; n++)
		names[n] = stream_state_name((enum stream_state)n);
	check_names(names, n, "stream state");
	is_str(stream_state_name(STREAM_HALF_OPEN), "half_open",
	       "a state's name");
	return tap_done();
}
