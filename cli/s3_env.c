/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/s3_env.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/io.h"
#include "cli/cli.h"

enum { PATH_TEXT = 1024 };

/* ---- files ---- */

struct str
s3_env_find(struct str text, struct str section, struct str key)
{
	struct str found = STR_NONE, line, name, value;
	bool inside = false, more = text.n > 0;

	while (more) {
		more = str_split1(text, '\n', &line, &text);
		if (line.n > 0 && line.p[line.n - 1] == '\r')
			line.n--;
		/* What is indented belongs to a key of another kind. */
		if (line.n == 0 || line.p[0] == '#' || line.p[0] == ';' ||
		    line.p[0] == ' ' || line.p[0] == '\t')
			continue;
		line = str_trim(line);
		if (line.p[0] == '[' && line.p[line.n - 1] == ']') {
			name = str_make(line.p + 1,
			                line.n > 1 ? line.n - 2 : 0);
			inside = str_eq(str_trim(name), section);
		} else if (inside && str_split1(line, '=', &name, &value) &&
		           str_eq(str_trim(name), key)) {
			found = str_trim(value);
		}
	}
	return found;
}

/* $variable, or ~/.aws/name; an empty buffer when it is not there. */
static int
read_file(const char *variable, const char *name,
          const struct cli_limits *limits, struct buf *b, struct err *e)
{
	const char *home = cli_env("HOME");
	const char *given = cli_env(variable);
	size_t max = (size_t)limits->config_bytes, n = 0;
	char path[PATH_TEXT];
	int fd, rc;

	buf_init(b, max);
	if (given == NULL && home == NULL)
		return 0;
	(void)snprintf(
	    path, sizeof(path), "%s%s%s", given != NULL ? given : home,
	    given != NULL ? "" : "/.aws/", given != NULL ? "" : name);
	rc = io_open_at(AT_FDCWD, path, O_RDONLY, 0, &fd);
	if (rc == ERR_NOENT)
		return 0;
	if (rc == 0) {
		rc = buf_reserve(b, max);
		if (rc == 0)
			rc = io_read_full(fd, buf_tail(b), max, &n);
		if (rc == 0)
			buf_added(b, n);
		(void)io_close(fd);
	}
	return rc == 0 ? 0 : err_set(e, rc, "%s: %s", path, err_text(rc));
}

/* ---- the whole ---- */

/* The first that is set; false when it is too long. */
static bool
choose(char *out, size_t size, struct str first, struct str second)
{
	return str_to_c(first.n > 0 ? first : second, out, size);
}

static struct str
env(const char *name)
{
	return str_from_c(cli_env(name));
}

/* All three of one place: half of one and half of another fit nobody. */
static bool
take_credentials(struct s3_env *x, struct str key, struct str secret,
                 struct str token)
{
	if (key.n == 0 || secret.n == 0)
		return true;
	return str_to_c(key, x->key, sizeof(x->key)) &&
	       str_to_c(secret, x->secret, sizeof(x->secret)) &&
	       str_to_c(token, x->token, sizeof(x->token));
}

static bool
take_file(struct s3_env *x, struct str text, struct str section)
{
	if (x->key[0] != '\0')
		return true;
	return take_credentials(
	    x, s3_env_find(text, section, STR("aws_access_key_id")),
	    s3_env_find(text, section, STR("aws_secret_access_key")),
	    s3_env_find(text, section, STR("aws_session_token")));
}

static bool
take_all(struct s3_env *x, const char *endpoint, struct str credentials,
         struct str config)
{
	const char *profile = cli_env("AWS_PROFILE");
	struct str name = str_from_c(profile != NULL ? profile : "default");
	char text[S3_ENV_TEXT];
	struct str section = name, region, url;
	bool good;

	/* Of the configuration, all but the default are "profile NAME". */
	if (!str_eq(name, STR("default"))) {
		(void)snprintf(text, sizeof(text), "profile " STR_FMT,
		               STR_ARG(name));
		section = str_from_c(text);
	}
	region = env("AWS_REGION");
	if (region.n == 0)
		region = env("AWS_DEFAULT_REGION");
	if (region.n == 0)
		region = s3_env_find(config, section, STR("region"));
	url = str_from_c(endpoint);
	if (url.n == 0)
		url = env("AWS_ENDPOINT_URL_S3");
	if (url.n == 0)
		url = env("AWS_ENDPOINT_URL");
	good = take_credentials(x, env("AWS_ACCESS_KEY_ID"),
	                        env("AWS_SECRET_ACCESS_KEY"),
	                        env("AWS_SESSION_TOKEN"));
	good &= take_file(x, credentials, name);
	good &= take_file(x, config, section);
	good &= choose(x->region, sizeof(x->region), region, STR("us-east-1"));
	good &= choose(x->endpoint, sizeof(x->endpoint), url,
	               s3_env_find(config, section, STR("endpoint_url")));
	return good;
}

static bool
is_http(const char *url)
{
	struct str s = str_from_c(url);

	return s.n == 0 || str_starts_nocase(s, STR("http://")) ||
	       str_starts_nocase(s, STR("https://"));
}

int
s3_env_read(const char *endpoint, const struct cli_limits *limits,
            struct err *e, struct s3_env *ret_env)
{
	struct buf credentials, config;
	int rc = read_file("AWS_SHARED_CREDENTIALS_FILE", "credentials", limits,
	                   &credentials, e);

	*ret_env = (struct s3_env){ .key = "" };
	if (rc == 0) {
		rc = read_file("AWS_CONFIG_FILE", "config", limits, &config, e);
		if (rc == 0 &&
		    !take_all(ret_env, endpoint, buf_str(&credentials),
		              buf_str(&config)))
			rc = err_set(e, ERR_USAGE,
			             "a setting for S3 is too long");
		buf_release(&config);
	}
	buf_release(&credentials);
	if (rc == 0 && !is_http(ret_env->endpoint))
		rc = err_set(e, ERR_USAGE,
		             "the S3 endpoint %s: http:// or https:// is "
		             "wanted",
		             ret_env->endpoint);
	return rc;
}
