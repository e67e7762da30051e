/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Requests of HTTP, one a row, and what each comes to.
 */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stsslctl/http.h"
#include "stsslctl/metrics_text.h"
#include "tests/test.h"

#define GET    "GET /metrics HTTP/1.1\r\nHost: x\r\n"
#define END    "\r\n"
#define AS_1_0 "GET /metrics HTTP/1.0\r\n\r\n"
/* A literal with NULs inside; the one that C adds does not count. */
#define BYTES(literal) literal, sizeof(literal) - 1

static const struct {
	const char *head;
	size_t len;
	enum http_status status;
	bool is_head;
} heads[] = {
	{ BYTES(GET END), HTTP_OK, false },
	{ BYTES(AS_1_0), HTTP_OK, false },
	{ BYTES("HEAD /metrics HTTP/1.1\r\nHost: x\r\n\r\n"), HTTP_OK, true },
	{ BYTES("GET /metrics?name[]=x HTTP/1.0\r\n\r\n"), HTTP_OK, false },
	{ BYTES("GET http://x:9921/metrics HTTP/1.1\r\nHost: x\r\n\r\n"),
	    HTTP_OK, false },
	{ BYTES(GET "X-Scrape:\r\nUser-Agent:\tPrometheus/2.42 \344\r\n\r\n"),
	    HTTP_OK, false },

	{ BYTES("GET / HTTP/1.0\r\n\r\n"), HTTP_NOT_FOUND, false },
	{ BYTES("GET /metrics/ HTTP/1.0\r\n\r\n"), HTTP_NOT_FOUND, false },
	{ BYTES("GET /metricsx HTTP/1.0\r\n\r\n"), HTTP_NOT_FOUND, false },
	{ BYTES("GET /../metrics HTTP/1.0\r\n\r\n"), HTTP_NOT_FOUND, false },
	{ BYTES("GET /%6detrics HTTP/1.0\r\n\r\n"), HTTP_NOT_FOUND, false },
	{ BYTES("GET metrics HTTP/1.0\r\n\r\n"), HTTP_NOT_FOUND, false },
	{ BYTES("GET http:// HTTP/1.0\r\n\r\n"), HTTP_NOT_FOUND, false },
	{ BYTES("GET http://metrics HTTP/1.0\r\n\r\n"), HTTP_NOT_FOUND, false },
	{ BYTES("HEAD / HTTP/1.0\r\n\r\n"), HTTP_NOT_FOUND, true },

	{ BYTES("POST /metrics HTTP/1.0\r\n\r\n"), HTTP_NOT_ALLOWED, false },
	{ BYTES("OPTIONS * HTTP/1.0\r\n\r\n"), HTTP_NOT_ALLOWED, false },
	{ BYTES("get /metrics HTTP/1.0\r\n\r\n"), HTTP_NOT_ALLOWED, false },
	{ BYTES("GETS /metrics HTTP/1.0\r\n\r\n"), HTTP_NOT_ALLOWED, false },

	{ BYTES("\r\n\r\n"), HTTP_BAD_REQUEST, false },
	{ BYTES("GET /metrics\r\n\r\n"), HTTP_BAD_REQUEST, false },
	{ BYTES("GET  /metrics HTTP/1.0\r\n\r\n"), HTTP_BAD_REQUEST, false },
	{ BYTES("GET /metrics  HTTP/1.0\r\n\r\n"), HTTP_BAD_REQUEST, false },
	{ BYTES(" GET /metrics HTTP/1.0\r\n\r\n"), HTTP_BAD_REQUEST, false },
	{ BYTES("GET\t/metrics HTTP/1.0\r\n\r\n"), HTTP_BAD_REQUEST, false },
	{ BYTES("GET /met\trics HTTP/1.0\r\n\r\n"), HTTP_BAD_REQUEST, false },
	{ BYTES("GET /m\344trics HTTP/1.0\r\n\r\n"), HTTP_BAD_REQUEST, false },
	{ BYTES("GET /metrics\0 HTTP/1.0\r\n\r\n"), HTTP_BAD_REQUEST, false },
	{ BYTES("G\0T /metrics HTTP/1.0\r\n\r\n"), HTTP_BAD_REQUEST, false },
	{ BYTES("G(T /metrics HTTP/1.0\r\n\r\n"), HTTP_BAD_REQUEST, false },
	{ BYTES("GET /metrics HTTP/2.0\r\n\r\n"), HTTP_BAD_REQUEST, false },
	{ BYTES("GET /metrics HTTP/1.10\r\n\r\n"), HTTP_BAD_REQUEST, false },
	{ BYTES("GET /metrics HTTP/1.\r\n\r\n"), HTTP_BAD_REQUEST, false },
	{ BYTES("GET /metrics http/1.0\r\n\r\n"), HTTP_BAD_REQUEST, false },
	{ BYTES("GET /metrics HTTP/1.0 \r\n\r\n"), HTTP_BAD_REQUEST, false },
	/* Host: exactly one, but for HTTP/1.0. */
	{ BYTES("GET /metrics HTTP/1.1\r\n\r\n"), HTTP_BAD_REQUEST, false },
	{ BYTES(GET "hOST: y\r\n\r\n"), HTTP_BAD_REQUEST, false },
	/* Fields. */
	{ BYTES(GET "X: a\r\n b\r\n\r\n"), HTTP_BAD_REQUEST, false },
	{ BYTES(GET "X : a\r\n\r\n"), HTTP_BAD_REQUEST, false },
	{ BYTES(GET ": a\r\n\r\n"), HTTP_BAD_REQUEST, false },
	{ BYTES(GET "X\r\n\r\n"), HTTP_BAD_REQUEST, false },
	{ BYTES(GET "X: a\rb\r\n\r\n"), HTTP_BAD_REQUEST, false },
	{ BYTES(GET "X: a\nY: b\r\n\r\n"), HTTP_BAD_REQUEST, false },
	{ BYTES(GET "X: a\0b\r\n\r\n"), HTTP_BAD_REQUEST, false },
	{ BYTES(GET "X: a\177\r\n\r\n"), HTTP_BAD_REQUEST, false },
	{ BYTES("\026\003\001\002\0\001\0\001\374\r\n\r\n"), HTTP_BAD_REQUEST,
	    false },
	/* One that is no head, of a caller that has not looked. */
	{ BYTES(""), HTTP_BAD_REQUEST, false },
	{ BYTES("GET /metrics HTTP/1.0\r\n"), HTTP_BAD_REQUEST, false },
	{ BYTES(AS_1_0 "x"), HTTP_BAD_REQUEST, false },
	{ BYTES(AS_1_0 AS_1_0), HTTP_BAD_REQUEST, false },
};

START_TEST(a_request_comes_to_its_status)
{
	/* Whoever reads behind the end is caught. */
	char *copy = malloc(heads[_i].len + 1);
	struct http_request r;

	memcpy(copy, heads[_i].head, heads[_i].len + 1);
	r = http_parse(copy, heads[_i].len);
	ck_assert_int_eq(r.status, heads[_i].status);
	ck_assert_int_eq(r.is_head, heads[_i].is_head);
	ck_assert_str_ne(http_reason(r.status), "");
	free(copy);
}
END_TEST

START_TEST(a_head_has_an_end_and_a_longest)
{
	static char long_one[HTTP_HEAD_MAX + 2] = GET "X: ";
	size_t begin = strlen(long_one), len = HTTP_HEAD_MAX;

	ck_assert_uint_eq(http_head(BYTES("")), 0);
	ck_assert_uint_eq(http_head(BYTES(GET)), 0);
	ck_assert_uint_eq(http_head(BYTES(GET "\r")), 0);
	ck_assert_uint_eq(http_head(BYTES("GET / HTTP/1.0\n\n")), 0);
	ck_assert_uint_eq(
	    http_head(BYTES(GET END "more" END END)), strlen(GET END));
	for (; len <= HTTP_HEAD_MAX + 1; len++) {
		memset(long_one + begin, 'x', len - begin);
		memcpy(long_one + len - 4, "\r\n\r\n", 4);
		ck_assert_uint_eq(http_head(long_one, len), len);
		ck_assert_int_eq(http_parse(long_one, len).status,
		    len > HTTP_HEAD_MAX ? HTTP_BAD_REQUEST : HTTP_OK);
	}
}
END_TEST

#define OM    "application/openmetrics-text"
#define PLAIN "text/plain"

static const struct {
	const char *fields;
	bool is_plain;
} wishes[] = {
	{ "", false },
	{ "Accept:\r\n", false },
	{ "Accept: */*\r\n", false },
	{ "Accept: text/html,*/*;q=0.8\r\n", false },
	{ "Accept: " PLAIN "\r\n", true },
	{ "aCCEPT: Text/Plain\r\n", true },
	{ "Accept: " PLAIN ";version=0.0.4\r\n", true },
	{ "Accept: " PLAIN " ; version=\"0.0.4\" ; charset=utf-8\r\n", true },
	{ "Accept: text/*\r\n", true },
	{ "Accept: " PLAIN ";version=1.0.0\r\n", false },
	{ "Accept: " OM "\r\n", false },
	{ "Accept: " OM ";version=0.0.1," PLAIN ";q=0.5\r\n", true },
	{ "Accept: " OM ";q=0.1," PLAIN ";q=0.2\r\n", true },
	{ "Accept: " OM ";q=0.2," PLAIN ";q=0.1\r\n", false },
	{ "Accept: " OM ";q=0.123," PLAIN ";q=0.124\r\n", true },
	{ "Accept: " OM ";q=0, */*\r\n", true },
	{ "Accept: " PLAIN ";q=0, */*\r\n", false },
	{ "Accept: */*, " OM ";q=0.5\r\n", true },
	{ "Accept: " OM ";q=0.1\r\nAccept: " PLAIN "\r\n", true },
	{ "Accept: x/y;a=\"," PLAIN ",\\\",\", " OM "\r\n", false },
	/* What is no quality does not count. */
	{ "Accept: " PLAIN ";q=2\r\n", false },
	{ "Accept: " PLAIN ";q=1.001\r\n", false },
	{ "Accept: " PLAIN ";q=0.1234, " OM ";q=0.1\r\n", false },
	{ "Accept: " PLAIN ";q=\r\n", false },
	{ "Accept: " PLAIN ";q\r\n", true },
	{ "Accept: ,,;;,=,\"\r\n", false },
	/* Prometheus 2 and 3. */
	{ "Accept: application/openmetrics-text;version=1.0.0,"
	  "application/openmetrics-text;version=0.0.1;q=0.75,"
	  "text/plain;version=0.0.4;q=0.5,*/*;q=0.1\r\n",
	    false },
	{ "Accept: application/openmetrics-text;version=1.0.0;"
	  "escaping=allow-utf-8;q=0.5,"
	  "application/openmetrics-text;version=0.0.1;q=0.4,"
	  "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,"
	  "text/plain;version=0.0.4;q=0.2,/;q=0.1\r\n",
	    false },
	{ "Accept: text/plain;version=0.0.4;q=1,*/*;q=0.1\r\n", true },
};

START_TEST(the_form_is_the_one_that_is_wanted_more)
{
	char head[1024];
	int len =
	    snprintf(head, sizeof head, "%s%s\r\n", GET, wishes[_i].fields);
	struct http_request r = http_parse(head, (size_t)len);

	ck_assert_int_eq(r.status, HTTP_OK);
	ck_assert_int_eq(r.is_plain, wishes[_i].is_plain);
}
END_TEST

static const struct {
	const char *text, *plain;
} forms[] = {
	{ "# EOF\n", "" },
	{ "# TYPE a counter\n# HELP a Some b.\na_total{b=\"# TYPE\"} 1\n",
	    "# TYPE a_total counter\n# HELP a_total Some b.\n"
	    "a_total{b=\"# TYPE\"} 1\n" },
	{ "# TYPE a info\n# HELP a Of it.\na_info{v=\"1\"} 1\n# EOF\n",
	    "# TYPE a_info gauge\n# HELP a_info Of it.\na_info{v=\"1\"} 1\n" },
	{ "# TYPE a counter\n# TYPE b_seconds gauge\n"
	  "# UNIT b_seconds seconds\n# HELP b_seconds When.\nb_seconds 1\n",
	    "# TYPE a_total counter\n# TYPE b_seconds gauge\n"
	    "# HELP b_seconds When.\nb_seconds 1\n" },
};

START_TEST(the_older_form_names_counters_as_their_samples)
{
	char *text = NULL;
	size_t len;
	FILE *to = open_memstream(&text, &len);

	metrics_plain(to, forms[_i].text);
	ck_assert_int_eq(fclose(to), 0);
	ck_assert_str_eq(text, forms[_i].plain);
	free(text);
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ a_request_comes_to_its_status, ROWS(heads) },
		{ a_head_has_an_end_and_a_longest, 0 },
		{ the_form_is_the_one_that_is_wanted_more, ROWS(wishes) },
		{ the_older_form_names_counters_as_their_samples, ROWS(forms) },
	};

	return test_main("http", cases, ROWS(cases));
}
