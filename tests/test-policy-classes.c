/* SPDX-License-Identifier: BSD-2-Clause */
#include <config.h>
#include "policy/class.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "policy/identity.h"
#include "tests/test-policy.h"

/* Inside of: class "x" {, newline, the text, newline, }. */
static const struct {
	const char *text, *error;
} keys[] = {
	{ "usr = a", "2: \"usr\" is no key of class" },
	{ "user = ''", "2: user = \"\": empty" },
	{ "user = {}", "2: user = {}: an empty list" },
	{ "group = {}", "2: group = {}: an empty list" },
	{ "service = {}", "2: service = {}: an empty list" },
	{ "from = {}", "2: from = {}: an empty list" },
	{ "user = 'acme-[0-9'", "2: user = \"acme-[0-9\": a [ without its ]" },
	{ "user = '[]'", "2: user = \"[]\": a [ without its ]" },
	{ "user = '[!]a'", "2: user = \"[!]a\": a [ without its ]" },
	{ "user = '[[:alpha:]'",
	    "2: user = \"[[:alpha:]\": a [ without its ]" },
	{ "user = '[a\\]'", "2: user = \"[a\\]\": a [ without its ]" },
	{ "listener = 'f['", "2: listener = \"f[\": a [ without its ]" },
	{ "edge = '[a-'", "2: edge = \"[a-\": a [ without its ]" },
	{ "listener = {}", "2: listener = {}: an empty list" },
	{ "listener = ''", "2: listener = \"\": empty" },
	{ "edge = {}", "2: edge = {}: an empty list" },
	{ "edge = { dmz1,\n'' }", "3: edge = \"\": empty" },
	{ "\n\nidentity = {}", "4: identity = {}: an empty list" },
	{ "service = { a,\n\n'' }", "4: service = \"\": empty" },
	{ "group = ''", "2: group = \"\": not a group name or number" },
	{ "group = 4294967295",
	    "2: group = \"4294967295\": not a group name or number" },
	{ "group = 99999999999",
	    "2: group = \"99999999999\": not a group name or number" },
	{ "type = unreal",
	    "2: type = \"unreal\": not one of any, real, virtual" },
	{ "ssl = requird",
	    "2: ssl = \"requird\": not one of required, optional" },
	{ "ssl = REQUIRED",
	    "2: ssl = \"REQUIRED\": not one of required, optional" },
	{ "ssl = ''", "2: ssl = \"\": not one of required, optional" },
	{ "ssl = { required }", "2: unexpected '{' in the place of a value" },
	{ "ssl = required ssl = optional", "2: ssl is given twice" },
	{ "login = cert",
	    "2: login = \"cert\": not one of refuse, certificate, "
	    "both, either, password" },
	{ "login = refuse identity = { email }",
	    "2: identity = \"email\" needs email-domain" },
	{ "bad-certificate = accept",
	    "2: bad-certificate = \"accept\": not one of refuse, password" },
	{ "data = public", "2: data = \"public\": not one of any, private" },
	{ "min-protocol = TLS1.1",
	    "2: min-protocol = \"TLS1.1\": not one of TLS1.2, TLS1.3" },
	{ "enabled = perhaps", "2: enabled = \"perhaps\": "
			       "not one of true, yes, on, false, no, off" },
	{ "identity = { file, email }",
	    "2: identity = \"email\" needs email-domain" },
	{ "\nidentity = upn", "3: identity = \"upn\" needs upn-domain" },
	{ "identity = { email, upn }\nemail-domain = a.example",
	    "2: identity = \"upn\" needs upn-domain" },
	{ "identity = name", "2: identity = \"name\": not one of file, cn, "
			     "email, upn, dns, uri, dn" },
	{ "email-domain = 'a.example'",
	    "2: email-domain without \"email\" in identity" },
	{ "identity = email email-domain = a.example\nupn-domain = a.example",
	    "3: upn-domain without \"upn\" in identity" },
	{ "email-domain = {}", "2: email-domain = {}: an empty list" },
	{ "identity = email email-domain = '*.acme.example'",
	    "2: email-domain = \"*.acme.example\": "
	    "not a domain like acme.example" },
	{ "identity = email email-domain = '@acme.example'",
	    "2: email-domain = \"@acme.example\": "
	    "not a domain like acme.example" },
	{ "identity = upn upn-domain = { acme.example, '.example' }",
	    "2: upn-domain = \".example\": not a domain like acme.example" },
	{ "identity = upn upn-domain = { acme..example }",
	    "2: upn-domain = \"acme..example\": "
	    "not a domain like acme.example" },
	{ "identity = dn", "2: identity = \"dn\" needs a map with dn" },
	{ "\nmap = m", "3: there is no map \"m\"" },
	{ "map = m\n}\nmap m { uri = 'x y' ",
	    "2: map \"m\" has no line for any way of identity" },
	{ "identity = { dn, uri } map = m\n}\nmap m { uri = 'x y' ",
	    "2: identity = \"dn\" needs a map with dn" },
	{ "} map m {", "2: a map without a line" },
	{ "} map '' { cn = 'x y'", "2: map \"\": empty" },
	{ "} map m { file = 'x y'", "2: \"file\" is no key of map" },
	{ "} map m { cn = 'x y' } map m { cn = 'x y'",
	    "2: map \"m\" is given twice" },
	{ "} map m {\ncn = { 'x y',\n'(x y' }",
	    "4: cn = \"(x y\": Unmatched ( or \\(" },
	{ "\nfrom = { ::1,\n'*.acme.example' }",
	    "4: from = \"*.acme.example\": "
	    "host names need resolve-names = true" },
	{ "from = 'acme.*'", "2: from = \"acme.*\": "
			     "a host name must not end with * or ?" },
	{ "from = { 10.0.0.0/8,\n 10.1.2.3/8 }",
	    "3: from = \"10.1.2.3/8\": "
	    "the address has bits outside of its mask" },
	{ "from = 10.0.0.0:255.0.255.0",
	    "2: from = \"10.0.0.0:255.0.255.0\": the netmask has a hole" },
	{ "from = 10.0.0.0/33",
	    "2: from = \"10.0.0.0/33\": the prefix length is out of range" },
	{ "from = '10.*'",
	    "2: from = \"10.*\": "
	    "not an address, a network, a pattern like 10.1.2.* or a host "
	    "name" },
	{ "} class y {} class \"x\" {", "2: class \"x\" is given twice" },
	{ "} class {", "2: unexpected '{' in the place of a title" },
	{ "}\nclass '' {", "3: class \"\": empty" },
	{ "}\nresolve-names = perhaps\nclass y {",
	    "3: resolve-names = \"perhaps\": "
	    "not one of true, yes, on, false, no, off" },
	{ "}\nidentities = 'a/b'\nclass y {",
	    "3: identities = \"a/b\": not an absolute path" },
	{ "}\nclas z {\n}\nclass y {", "3: \"clas\" is no key here" },
};

static int
read_text(
    const char *text, struct stssl_classes **ret, struct stssl_error *error)
{
	struct folder folder;
	int r;

	folder_make(&folder);
	(void)folder_text(&folder, "c", text);
	ck_assert_int_eq(chdir(folder.path), 0);
	r = stssl_classes_read("c", ret, error);
	ck_assert_int_eq(chdir("/"), 0);
	folder_remove(&folder);
	return r;
}

START_TEST(a_faulty_class_is_told_with_file_and_line)
{
	struct stssl_classes *classes = NULL;
	struct stssl_error error;
	char text[512], expect[512];

	(void)snprintf(
	    text, sizeof text, "class \"x\" {\n%s\n}\n", keys[_i].text);
	(void)snprintf(expect, sizeof expect, "c:%s", keys[_i].error);
	ck_assert_int_eq(read_text(text, &classes, &error), -EBADMSG);
	ck_assert_str_eq(error.text, expect);
	ck_assert_ptr_null(classes);
}
END_TEST

START_TEST(a_very_long_value_is_refused)
{
	struct stssl_classes *classes = NULL;
	struct stssl_error error;
	char name[258], text[400];

	memset(name, 'n', sizeof name);
	name[sizeof name - 1] = '\0';
	(void)snprintf(text, sizeof text, "class x { user = %s }", name);
	ck_assert_int_eq(read_text(text, &classes, &error), -EBADMSG);
	ck_assert_ptr_nonnull(strstr(error.text, ": longer than 256 bytes"));
	(void)snprintf(text, sizeof text, "class %s { }", name);
	ck_assert_int_eq(read_text(text, &classes, &error), -EBADMSG);
	ck_assert_ptr_nonnull(strstr(error.text, ": longer than 256 bytes"));
}
END_TEST

/* What a class without, and one with all keys look like. */
START_TEST(what_is_not_given_has_the_documented_default)
{
	struct stssl_classes *classes =
	    classes_of("class x { }\n"
		       "class y { ssl = optional }");
	const struct stssl_class *x = &classes->list[0], *y = x + 1;

	ck_assert_uint_eq(classes->count, 2);
	ck_assert_str_eq(classes->identities, "/etc/stssl/identities");
	ck_assert_str_eq(x->name, "x");
	ck_assert(x->enabled);
	ck_assert_int_eq(x->type, STSSL_TYPE_ANY);
	ck_assert_int_eq(x->ssl, STSSL_SSL_REQUIRED);
	ck_assert_int_eq(x->login, STSSL_LOGIN_EITHER);
	ck_assert_int_eq(x->bad, STSSL_BAD_REFUSE);
	ck_assert_int_eq(x->min_protocol, STSSL_TLS_1_2);
	ck_assert(x->data_private);
	ck_assert(!x->ssh && !y->ssh);
	ck_assert_uint_eq(x->identity.ways,
	    1u << STSSL_IDENTITY_FILE | 1u << STSSL_IDENTITY_CN);
	ck_assert_int_eq(y->ssl, STSSL_SSL_OPTIONAL);
	ck_assert_int_eq(y->bad, STSSL_BAD_PASSWORD);
	ck_assert(!y->data_private);
	ck_assert_ptr_null(stssl_classes_free(classes));
	ck_assert_ptr_null(stssl_classes_free(NULL));
}
END_TEST

START_TEST(every_key_is_taken)
{
	struct stssl_classes *classes = classes_of(
	    "identities = '/i' resolve-names = false\n"
	    "class \"a b\" { user = { 'a*', b } group = { staff, 50 } "
	    "type = virtual service = vsftpd from = { '10.1.2.*', ::1 } "
	    "ssl = optional login = both bad-certificate = refuse "
	    "identity = { cn, email, upn, dn } email-domain = acme.example "
	    "upn-domain = { a.example, b.example } map = m data = private "
	    "min-protocol = TLS1.3 ssh = accept enabled = no } "
	    "map m { cn = 'a b' dn = { 'c d', 'e f' } email = 'g h' "
	    "upn = 'i j' dns = 'k l' uri = 'm n' }");
	const struct stssl_class *c = &classes->list[0];
	struct stssl_group group;

	ck_assert_str_eq(classes->identities, "/i");
	ck_assert_str_eq(c->name, "a b");
	ck_assert_uint_eq(c->users.count, 2);
	ck_assert_uint_eq(c->services.count, 1);
	ck_assert_uint_eq(c->groups.count, 2);
	ck_assert_str_eq(c->groups.list[0], "staff");
	ck_assert_int_eq(stssl_group_parse(c->groups.list[1], &group), 0);
	ck_assert_ptr_null(group.name);
	ck_assert_uint_eq(group.gid, 50);
	ck_assert_uint_eq(c->from.count, 2);
	ck_assert_str_eq(c->from.list[1], "::1");
	ck_assert_int_eq(c->type, STSSL_TYPE_VIRTUAL);
	ck_assert_int_eq(c->ssl, STSSL_SSL_OPTIONAL);
	ck_assert_int_eq(c->login, STSSL_LOGIN_BOTH);
	ck_assert_int_eq(c->bad, STSSL_BAD_REFUSE);
	ck_assert_uint_eq(c->identity.ways,
	    1u << STSSL_IDENTITY_CN | 1u << STSSL_IDENTITY_EMAIL |
		1u << STSSL_IDENTITY_UPN | 1u << STSSL_IDENTITY_DN);
	ck_assert_str_eq(c->identity.directory, "/i");
	ck_assert_uint_eq(c->identity.email_domains.count, 1);
	ck_assert_uint_eq(c->identity.upn_domains.count, 2);
	ck_assert_str_eq(c->identity.map, "m");
	ck_assert_uint_eq(classes->maps.count, 7);
	ck_assert_int_eq(c->min_protocol, STSSL_TLS_1_3);
	ck_assert(c->data_private);
	ck_assert(c->ssh);
	ck_assert(!c->enabled);
	(void)stssl_classes_free(classes);
}
END_TEST

/* A key's line as if the # in front of it were gone. */
static void
uncomment(char *line)
{
	if (line[0] == '#' &&
	    (line[1] != ' ' || strncmp(line, "#    ", 5) == 0))
		line[0] = ' ';
}

START_TEST(the_example_is_right_with_all_its_keys)
{
	const char *srcdir = getenv("srcdir");
	struct stssl_classes *classes;
	char path[512], line[256], text[8192] = "";
	size_t len = 0;
	FILE *f;

	(void)snprintf(path, sizeof path, "%s/etc/classes.conf",
	    srcdir == NULL ? "." : srcdir);
	f = fopen(path, "r");
	ck_assert_ptr_nonnull(f);
	while (fgets(line, sizeof line, f) != NULL) {
		uncomment(line);
		len +=
		    (size_t)snprintf(text + len, sizeof text - len, "%s", line);
		ck_assert_uint_lt(len, sizeof text);
	}
	(void)fclose(f);
	classes = classes_of(text);
	ck_assert_uint_eq(classes->count, 5);
	ck_assert_uint_eq(stssl_conf_count(classes->conf, "map"), 1);
	(void)stssl_classes_free(classes);
}
END_TEST

void
add_class_cases(struct case_list *to)
{
	add_case(to, a_faulty_class_is_told_with_file_and_line, ROWS(keys));
	add_case(to, a_very_long_value_is_refused, 0);
	add_case(to, what_is_not_given_has_the_documented_default, 0);
	add_case(to, every_key_is_taken, 0);
	add_case(to, the_example_is_right_with_all_its_keys, 0);
}
