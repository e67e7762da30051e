/* SPDX-License-Identifier: BSD-2-Clause
 *
 * helper.conf: links between Edge and Server.
 */
#include <config.h>
#include <stdio.h>
#include <string.h>

#include "setup/warnings.h"
#include "tests/test-setup.h"

#define HEX16 "0123456789abcdef"
#define PIN   "sha256:" HEX16 HEX16 HEX16 HEX16
#define UPPER "sha256:" HEX16 HEX16 HEX16 "0123456789ABCDEF"
#define OTHER "sha256:" HEX16 HEX16 HEX16 "0123456789abcdee"

#define PAIR  "certificate = \"c.pem\" key = \"k.pem\""
#define EDGES "edges = { \"dmz1 " PIN "\" }"
/* One line each. */
#define NO_KEY "tls { certificate = \"c.pem\" key = \"link:\" }\n"
#define RESUMED                                                          \
	"listen \"ftp\" { backend = \"link:10.0.0.5:5990\" data-session" \
	" = resumed }\n"
#define EDGE_LINK   "link { " PAIR " servers = { \"" PIN "\" } }\n"
#define SERVER_LINK "link { " PAIR " " EDGES " }\n"
#define TO_SERVER   "listen \"ftp\" { backend = \"link:10.0.0.5:5990\" }\n"
#define FROM_EDGE                                                       \
	"listen \"from-edge\" { tls = link address = \"10.0.0.5:5990\"" \
	" backend = \"127.0.0.1:21\" }\n"

static void
read_fine(const char *text, struct helper_config **ret)
{
	struct stssl_error error;

	ck_assert_msg(read_text(text, ret, &error) == 0, "%s", error.text);
}

static const struct {
	const char *text;
	size_t link_to, edges, servers;
} fine[] = {
	{ TLS EDGE_LINK TO_SERVER, 1, 0, 1 },
	{ TLS EDGE_LINK "listen \"s\" { protocol = stream accept-proxy ="
			" \"10.0.0.9\" backend = { \"link:10.0.0.5:1\","
			" \"link:[::1]:2\" } }\n",
	    2, 0, 1 },
	/* the Server has the key */
	{ NO_KEY EDGE_LINK RESUMED, 1, 0, 1 },
	{ NO_KEY EDGE_LINK "listen \"s\" { protocol = stream backend = "
			   "\"link:10.0.0.5:1\" }\n",
	    1, 0, 1 },
	{ "link { " PAIR " " EDGES " edge-certificate = \"c.pem\" edge-key = "
	  "\"pkcs11:k\" }\n" FROM_EDGE,
	    0, 1, 0 },
	/* the Edges have the certificates */
	{ SERVER_LINK FROM_EDGE, 0, 1, 0 },
	{ TLS SERVER_LINK FROM_EDGE FTP, 0, 1, 0 },
	{ SERVER_LINK
	    "listen \"s\" { tls = link protocol = stream send-proxy = v2\n"
	    " backend = \"unix:/run/x\" backend-user = \"mail\" }\n",
	    0, 1, 0 },
	{ SERVER_LINK
	    "listen \"s\" { tls = link protocol = stream\n"
	    " backend-source = per-session backend = \"127.0.0.1:1\" }\n",
	    0, 1, 0 },
	/* one that gets another key has two */
	{ "link { " PAIR " edges = { \"dmz1 " PIN "\", \"dmz1 " OTHER
	  "\" } }\n" FROM_EDGE,
	    0, 2, 0 },
	{ TLS "link { " PAIR " servers = { \"" PIN "\", \"in-2 " OTHER
	      "\" } }\n" TO_SERVER,
	    1, 0, 2 },
	/* both, as in a test */
	{ TLS "link { " PAIR " " EDGES " servers = \"" PIN
	      "\" }\n" FROM_EDGE TO_SERVER,
	    0, 1, 1 },
};

START_TEST(links_are_taken)
{
	struct helper_config *c;
	const struct listen_config *l;

	read_fine(fine[_i].text, &c);
	l = &c->listeners[0];
	ck_assert_str_eq(c->link.certificate, "c.pem");
	ck_assert_str_eq(c->link.key, "k.pem");
	ck_assert_int_eq(c->link.policy, EDGE_POLICY_REFUSE);
	ck_assert_uint_eq(c->link.edges.count, fine[_i].edges);
	ck_assert_uint_eq(c->link.servers.count, fine[_i].servers);
	ck_assert_uint_eq(l->link_to.count, fine[_i].link_to);
	ck_assert((l->backend.len == 0) == (fine[_i].link_to > 0));
	ck_assert((l->tls == LISTEN_LINK) == (fine[_i].link_to == 0));
	for (size_t i = 0; i < l->link_to.count; i++) {
		ck_assert(l->link_to.list[i].is_link);
		ck_assert_uint_gt(l->link_to.list[i].len, 0);
	}
	(void)config_free(c);
}
END_TEST

struct test_case
links(void)
{
	return (struct test_case){ links_are_taken, ROWS(fine) };
}

/* Mistakes */

#define NO_PIN "not \"NAME sha256:HEX\" with 64 digits"

#define PIN_ROW(pin, why)                                 \
	{                                                 \
		"link {\n edges = \"" pin "\"\n}\n",      \
		    "h.conf:2: edges = \"" pin "\": " why \
	}
/* A key in line 2 of the listener, which has its protocol in line 3. */
#define AT_SERVER(protocol, key, value, why)                              \
	{                                                                 \
		SERVER_LINK "listen \"l\" { tls = link\n" key " = " value \
			    "\nprotocol = " protocol                      \
			    " backend = \"127.0.0.1:2\" }\n",             \
		    "h.conf:3: " key ": not with tls = link: " why        \
	}
#define AT_EDGE(protocol, key, value, why)                          \
	{                                                           \
		TLS EDGE_LINK "listen \"l\" {\n" key " = " value    \
			      "\nprotocol = " protocol              \
			      " backend = \"link:10.0.0.5:1\" }\n", \
		    "h.conf:4: " key                                \
		    ": not with a backend that is a link: " why     \
	}

static const struct {
	const char *text, *message;
} faulty[] = {
	/* pins */
	PIN_ROW("", NO_PIN),
	PIN_ROW("dmz1", NO_PIN),
	PIN_ROW("sha256:", NO_PIN),
	PIN_ROW("dmz1 sha256:" HEX16, NO_PIN),
	PIN_ROW("dmz1 " PIN "0", NO_PIN),
	PIN_ROW("dmz1 sha256:" HEX16 HEX16 HEX16 "0123456789abcdeg", NO_PIN),
	PIN_ROW("dmz1 sha256:01:23456789abcdef" HEX16 HEX16 HEX16, NO_PIN),
	PIN_ROW("dmz1 sha1:" HEX16 HEX16 HEX16 HEX16, NO_PIN),
	PIN_ROW("dmz1  " PIN, NO_PIN),
	PIN_ROW(" " PIN, "not a name of letters, digits, . _ -"),
	PIN_ROW("d/1 " PIN, "not a name of letters, digits, . _ -"),
	/* messages have the first 128 bytes of a value */
	{ "link {\n edges = \"" HEX16 HEX16 HEX16 HEX16 "x " PIN "\"\n}\n",
	    "h.conf:2: edges = \"" HEX16 HEX16 HEX16 HEX16
	    "x sha256:" HEX16 HEX16 HEX16 "0123456\": " NO_PIN },
	{ "link { " PAIR "\n edges = { \"a " PIN "\",\n \"" OTHER
	  "\" } }\n" FROM_EDGE,
	    "h.conf:3: edges = \"" OTHER "\": the name is missing in front" },
	{ "link { " PAIR "\n edges = { \"a " PIN "\",\n \"b " UPPER
	  "\" } }\n" FROM_EDGE,
	    "h.conf:3: edges = \"b " UPPER "\": it is given twice" },
	{ TLS "link { " PAIR " servers = { \"" PIN "\",\n \"a " PIN
	      "\" } }\n" TO_SERVER,
	    "h.conf:3: servers = \"a " PIN "\": it is given twice" },
	/* the section */
	{ FROM_EDGE, "h.conf:1: link: certificate is missing" },
	{ TLS TO_SERVER, "h.conf:1: link: certificate is missing" },
	{ "\nlink { certificate = \"c.pem\" " EDGES " }\n" FROM_EDGE,
	    "h.conf:2: link: key is missing" },
	{ "link { key = \"k.pem\" " EDGES " }\n" FROM_EDGE,
	    "h.conf:1: link: certificate is missing" },
	{ "\nlink { " PAIR " }\n" FROM_EDGE,
	    "h.conf:2: link: edges is missing" },
	{ "link { " PAIR "\n edges = { } }\n" FROM_EDGE,
	    "h.conf:2: link: edges is missing" },
	{ TLS "link { " PAIR " }\n" TO_SERVER,
	    "h.conf:2: link: servers is missing" },
	{ TLS FTP "link { certificate = \"c.pem\" }\n",
	    "h.conf:3: certificate: no listener has tls = link, nor a backend "
	    "that is a link" },
	{ TLS FTP "link {\n key = \"k.pem\" }\n",
	    "h.conf:4: key: no listener has tls = link, nor a backend that is "
	    "a link" },
	{ TLS TO_SERVER "link { " PAIR "\n" EDGES " }\n",
	    "h.conf:4: edges: no listener has tls = link" },
	{ TLS TO_SERVER "link { " PAIR "\n edge-certificate = \"c.pem\" }\n",
	    "h.conf:4: edge-certificate: no listener has tls = link" },
	{ TLS TO_SERVER "link { " PAIR "\n edge-policy = log }\n",
	    "h.conf:4: edge-policy: no listener has tls = link" },
	{ FROM_EDGE "link { " PAIR " " EDGES "\n servers = \"" PIN "\" }\n",
	    "h.conf:3: servers: no listener has a backend that is a link" },
	{ "link {\n edge-policy = warn }\n",
	    "h.conf:2: edge-policy = \"warn\": not one of refuse, log" },
	{ "link {\n certificate = \"nix\" }\n",
	    "h.conf:2: certificate = \"nix\": No such file or directory" },
	{ "link {\n key = \"open.pem\" }\n",
	    "h.conf:2: key = \"open.pem\": others can read or change it" },
	{ "link {\n edge-certificate = { \"c.pem\",\n \"nix\" } }\n",
	    "h.conf:3: edge-certificate = \"nix\": No such file or "
	    "directory" },
	{ "link { }\nlink { }\n", "h.conf:2: link is given twice" },
	/* keys that the Server has for the Edge */
	{ "link { " PAIR " " EDGES " edge-certificate = \"c.pem\"\n edge-key = "
	  "{ \"k.pem\", \"k.pem\" } }\n" FROM_EDGE,
	    "h.conf:2: edge-key: 2 given for 1 certificates" },
	{ "link { " PAIR " " EDGES "\n edge-key = \"k.pem\" }\n" FROM_EDGE,
	    "h.conf:2: edge-key: 1 given for 0 certificates" },
	{ "link {\n edge-key = \"link:\" }\n",
	    "h.conf:2: edge-key = \"link:\": No such file or directory" },
	{ "link {\n key = \"link:\" }\n",
	    "h.conf:2: key = \"link:\": No such file or directory" },
	{ TLS TO_SERVER "link { " PAIR "\n edge-key = \"k.pem\" }\n",
	    "h.conf:4: edge-key: no listener has tls = link" },
	{ NO_KEY EDGE_LINK RESUMED "listen \"x\" {\n backend = "
				   "\"127.0.0.1:1\" }\n",
	    "h.conf:5: backend: must be a link, for a key of tls is "
	    "\"link:\"" },
	{ NO_KEY EDGE_LINK TO_SERVER,
	    "h.conf:3: data-session: must be resumed, for a key of tls is "
	    "\"link:\"" },
	{ NO_KEY EDGE_LINK "listen \"f\" { backend = \"link:10.0.0.5:5990\"\n"
			   "data-session = certificate }\n",
	    "h.conf:4: data-session: must be resumed, for a key of tls is "
	    "\"link:\"" },
	/* the server's certificate */
	{ EDGE_LINK TO_SERVER, "h.conf:1: tls: certificate is missing" },
	{ SERVER_LINK FROM_EDGE FTP, "h.conf:1: tls: certificate is missing" },
	{ "tls { key = \"k.pem\" }\n" SERVER_LINK FROM_EDGE,
	    "h.conf:1: key: 1 given for 0 certificates" },
	/* backends */
	{ TLS EDGE_LINK "listen \"l\" {\n backend = { \"link:10.0.0.5:1\",\n"
			" \"10.0.0.6:1\" } }\n",
	    "h.conf:5: backend = \"10.0.0.6:1\": of several backends each "
	    "must be a link" },
	{ TLS "listen \"l\" {\n backend = { \"127.0.0.1:1\", \"127.0.0.1:2\" "
	      "} }\n",
	    "h.conf:3: backend = \"127.0.0.1:1\": of several backends each "
	    "must be a link" },
	{ TLS "listen \"l\" {\n backend = { } }\n",
	    "h.conf:3: listen \"l\": backend is missing" },
#define NO_BACKEND(backend)                                               \
	{                                                                 \
		TLS "listen \"l\" {\n backend = \"" backend "\" }\n",     \
		    "h.conf:3: backend = \"" backend                      \
		    "\": not an IP address with a port, with or without " \
		    "link: in front, nor unix:/PATH"                      \
	}
	NO_BACKEND("link:10.0.0.5"),
	NO_BACKEND("link:10.0.0.5:0"),
	NO_BACKEND("link:server.internal:5990"),
	NO_BACKEND("link:unix:/run/x"),
	NO_BACKEND("link:link:10.0.0.5:1"),
	/* listeners */
	{ SERVER_LINK "listen \"l\" { tls = link\n"
		      " backend = \"link:10.0.0.5:1\" }\n",
	    "h.conf:3: backend: not a link with tls = link" },
	{ SERVER_LINK "listen \"l\" { tls = link\n protocol = imap\n"
		      " backend = \"127.0.0.1:143\" }\n",
	    "h.conf:3: protocol = imap: not with tls = link, which takes ftp "
	    "and stream" },
	{ TLS EDGE_LINK "listen \"l\" {\n protocol = postgresql\n"
			" backend = \"link:10.0.0.5:1\" }\n",
	    "h.conf:4: protocol = postgresql: not with a backend that is a "
	    "link, which takes ftp and stream" },
	AT_SERVER("stream", "accept-proxy", "\"10.0.0.1\"",
	    "the Edge says who its client is"),
	AT_SERVER(
	    "ftp", "client-certificate", "none", "the Edge asks its clients"),
	AT_SERVER(
	    "ftp", "unknown-name", "refuse", "the Edge has the certificates"),
	AT_SERVER(
	    "ftp", "passive-ports", "\"2000-3000\"", "data come over links"),
	AT_SERVER(
	    "ftp", "passive-address", "\"10.0.0.1\"", "data come over links"),
	AT_SERVER("ftp", "data-session", "any", "it is always resumed"),
	AT_SERVER("ftp", "implicit-prot", "P", "the Edge has its own"),
	AT_EDGE(
	    "stream", "backend-source", "any", "the Server has the backend"),
	AT_EDGE("ftp", "backend-user", "\"ftp\"", "the Server has the backend"),
	AT_EDGE("ftp", "send-proxy", "v2", "the Server is told in any case"),
	AT_EDGE("ftp", "backend-data", "passive", "data go over links"),
	AT_EDGE("ftp", "backend-passive-ports", "\"2000-3000\"",
	    "data go over links"),
	AT_EDGE("ftp", "certificate-reply", "331", "the Server replies"),
};

START_TEST(a_mistake_about_links_is_told_with_its_line)
{
	check_mistake(faulty[_i].text, faulty[_i].message);
}
END_TEST

struct test_case
mistakes_of_links(void)
{
	return (struct test_case){ a_mistake_about_links_is_told_with_its_line,
		ROWS(faulty) };
}

/* Warnings */

#define FINE_LIMITS                         \
	"max-sessions-per-address = 5000\n" \
	"max-unauthenticated-per-address = 500 "
#define WITH_EDGE_CERTIFICATE \
	"link { " PAIR " " EDGES " edge-certificate = \"c.pem\" }\n"
#define LISTEN(keys) \
	"listen \"l\" { tls = link backend = \"10.0.0.6:21\"\n" keys " }\n"

static const struct {
	const char *text, *warnings;
} doubtful[] = {
	{ WITH_EDGE_CERTIFICATE LISTEN(FINE_LIMITS "address = \"[::1]:1\""),
	    "" },
	{ TLS EDGE_LINK TO_SERVER, "" },
	{ TLS "listen \"l\" { address = \"0.0.0.0:1\"\n"
	      " backend = \"10.0.0.6:21\" }\n",
	    "" },
	{ SERVER_LINK LISTEN(FINE_LIMITS),
	    "h.conf:1: edge-certificate is missing: a client's certificate "
	    "counts only where the Edge shows a certificate of tls\n" },
	{ WITH_EDGE_CERTIFICATE LISTEN(""),
	    "h.conf:2: max-sessions-per-address is missing: with tls = link "
	    "all clients of an Edge count as one address, and the default is "
	    "for one client\n"
	    "h.conf:2: max-unauthenticated-per-address is missing: with tls = "
	    "link all clients of an Edge count as one address, and the default "
	    "is for one client\n" },
	{ WITH_EDGE_CERTIFICATE LISTEN(FINE_LIMITS
	      "\naddress = { \"10.0.0.5:1\", \"0.0.0.0:1\",\n\"[::]:2\" }"),
	    "h.conf:5: address = \"0.0.0.0:1\": with tls = link, better the "
	    "one address that Edges reach\n"
	    "h.conf:6: address = \"[::]:2\": with tls = link, better the one "
	    "address that Edges reach\n" },
};

#define RELATIVE "not an absolute path: which file it is depends on where "

/* The files of these texts are where the test is. */
static void
add_warning(void *owner, const struct stssl_error *error)
{
	char *all = owner;

	if (strstr(error->text, RELATIVE) == NULL)
		(void)strcat(strcat(all, error->text), "\n");
}

START_TEST(what_may_not_be_meant_with_links_is_told)
{
	struct helper_config *c;
	char all[4 * STSSL_ERROR_TEXT] = "";

	read_fine(doubtful[_i].text, &c);
	config_warn(c, add_warning, all);
	ck_assert_str_eq(all, doubtful[_i].warnings);
	(void)config_free(c);
}
END_TEST

static void
add_all(void *owner, const struct stssl_error *error)
{
	(void)strcat(strcat(owner, error->text), "\n");
}

START_TEST(a_path_that_is_not_absolute_is_told)
{
	struct helper_config *c;
	char all[4 * STSSL_ERROR_TEXT] = "";

	read_fine("tls { certificate = \"c.pem\" key = \"pkcs11:x\"\n"
		  "client-crl = { \"/\", \".\" } }\n"
		  "listen \"l\" { backend = \"10.0.0.6:21\" }\n",
	    &c);
	config_warn(c, add_all, all);
	ck_assert_str_eq(all, "h.conf:1: certificate = \"c.pem\": " RELATIVE
			      "the helper is started\n"
			      "h.conf:2: client-crl = \".\": " RELATIVE
			      "the helper is started\n");
	(void)config_free(c);
}
END_TEST

struct test_case
warnings_of_paths(void)
{
	return (struct test_case){ a_path_that_is_not_absolute_is_told, 0 };
}

struct test_case
warnings_of_links(void)
{
	return (struct test_case){ what_may_not_be_meant_with_links_is_told,
		ROWS(doubtful) };
}
