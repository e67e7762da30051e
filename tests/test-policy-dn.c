/* SPDX-License-Identifier: BSD-2-Clause */
#include <config.h>
#include "policy/dn.h"

#include <errno.h>
#include <string.h>

#include "tests/test-policy.h"

static const struct {
	const char *text, *form;
} forms[] = {
	/* as GnuTLS writes them */
	{ "CN=alice,O=Acme", "CN=alice,O=Acme" },
	{ "UID=z,surName=s,CN=\\#z\\ ,EMAIL=x@y,CN=b+OU=a,O=A\\\"m\\;\\<\\>=y",
	    "UID=z,SN=s,CN=\\#z\\20,EMAIL=x@y,CN=b+OU=a,O=A\\\"m\\;\\<\\>=y" },
	/* types */
	{ "cn=alice,o=Acme", "CN=alice,O=Acme" },
	{ "commonName=alice", "CN=alice" },
	{ "2.5.4.3=alice", "CN=alice" },
	{ "OID.2.5.4.3=alice,oid.2.5.4.10=Acme", "CN=alice,O=Acme" },
	{ "emailAddress=a@b", "EMAIL=a@b" },
	{ "E=a@b", "EMAIL=a@b" },
	{ "userId=a+GN=b", "GIVENNAME=b+UID=a" },
	{ "S=x,stateOrProvinceName=y", "ST=x,ST=y" },
	{ "1.2.3.4=x", "1.2.3.4=x" },
	{ "x-Own=x", "X-OWN=x" },
	/* blanks */
	{ " CN = alice , O = Acme  Ltd ", "CN=alice,O=Acme  Ltd" },
	{ "CN=\\ a\\ , O=b", "CN=\\20a\\20,O=b" },
	{ "CN=\\20a\\20", "CN=\\20a\\20" },
	{ "CN=a \\ ", "CN=a \\20" },
	{ "CN=\\ ", "CN=\\20" },
	{ "CN=a\\ b", "CN=a b" },
	{ "CN=", "CN=" },
	{ "CN= ,O=x", "CN=,O=x" },
	/* escapes */
	{ "CN=a\\,b", "CN=a\\,b" },
	{ "CN=a\\2Cb", "CN=a\\,b" },
	{ "CN=a\\2cb", "CN=a\\,b" },
	{ "CN=\\61lice", "CN=alice" },
	{ "CN=a\\=b=c", "CN=a=b=c" },
	{ "CN=a#b", "CN=a#b" },
	{ "CN=a\\#b", "CN=a#b" },
	{ "CN=\\\\\\+", "CN=\\\\\\+" },
	{ "CN=M\\C3\\BCller", "CN=M\303\274ller" },
	{ "CN=M\303\274ller", "CN=M\303\274ller" },
	/* hex strings */
	{ "CN=#0C05616C696365", "CN=alice" },
	{ "CN=#1305616c696365", "CN=alice" },
	{ "CN=#0c022C20", "CN=\\,\\20" },
	{ "CN=#0c0123", "CN=\\#" },
	{ "CN=#1E020061", "CN=#1e020061" },
	{ "CN=#0c06616c696365", "CN=#0c06616c696365" },
	{ "CN=#0c04616c696365", "CN=#0c04616c696365" },
	{ "CN=#0c8105616c696365", "CN=#0c8105616c696365" },
	{ "CN=#0c,O=x", "CN=#0c,O=x" },
	/* bytes that the string type does not have are no text */
	{ "CN=#1302c3a9", "CN=#1302c3a9" },
	{ "CN=#1602c3a9", "CN=#1602c3a9" },
	{ "CN=#0c02c3a9", "CN=\303\251" },
	{ "CN=#0c01e9", "CN=#0c01e9" },
	{ "CN=#0c02c0af", "CN=#0c02c0af" },
	{ "CN=#0c03eda080", "CN=#0c03eda080" },
	/* a value that looks like another's hexadecimal form is not it */
	{ "CN=#140361e962", "CN=#140361e962" },
	{ "CN=\\#140361e962", "CN=\\#140361e962" },
	/* as OpenSSL calls types, and GnuTLS */
	{ "organizationIdentifier=VATDE-1", "2.5.4.97=VATDE-1" },
	{ "2.5.4.97=#130756415444452d31", "2.5.4.97=VATDE-1" },
	{ "oid.2.5.4.97=VATDE-1", "2.5.4.97=VATDE-1" },
	{ "jurisdictionC=DE", "JURISDICTIONOFINCORPORATIONCOUNTRYNAME=DE" },
	{ "jurisdictionOfIncorporationCountryName=DE",
	    "JURISDICTIONOFINCORPORATIONCOUNTRYNAME=DE" },
	{ "unstructuredName=a+x500UniqueIdentifier=b",
	    "1.2.840.113549.1.9.2=a+2.5.4.45=b" },
	{ "postalAddress=a,role=b,uniqueIdentifier=c",
	    "2.5.4.16=a,2.5.4.72=b,0.9.2342.19200300.100.1.44=c" },
	{ "mail=a@b,INN=1,id-pda-gender=x",
	    "0.9.2342.19200300.100.1.3=a@b,INN=1,GENDER=x" },
	/* an RDN is a set, a name is a list */
	{ "OU=a+CN=b", "CN=b+OU=a" },
	{ "CN=b + OU=a", "CN=b+OU=a" },
	{ "OU=b+OU=a", "OU=a+OU=b" },
	{ "O=b,O=a", "O=b,O=a" },
	/* values keep their letters */
	{ "CN=Alice,O=ACME", "CN=Alice,O=ACME" },
};

START_TEST(a_name_has_one_canonical_form)
{
	char form[STSSL_DN_MAX], again[STSSL_DN_MAX];

	/* Behind the name is whatever was there before. */
	memset(form, 'x', sizeof form);
	memset(again, 'x', sizeof again);
	ck_assert_int_eq(stssl_dn_canonical(forms[_i].text, form), 0);
	ck_assert_str_eq(form, forms[_i].form);
	ck_assert_int_eq(stssl_dn_canonical(form, again), 0);
	ck_assert_str_eq(again, form);
}
END_TEST

static const char *const wrongs[] = {
	"",
	" ",
	"alice",
	"=alice",
	"CN",
	"CN=a,",
	",CN=a",
	"CN=a,,O=b",
	"CN=a+",
	"CN=a;O=b",
	"/C=DE/CN=a,",
	"C N=a",
	"-x=a",
	"2.5.x=a",
	"a.b=c",
	"CN=\"a\"",
	"CN=a<b",
	"CN=a\\",
	"CN=a\\x",
	"CN=a\\0",
	"CN=a\\00b",
	"CN=a\\0Ab",
	"CN=a\tb",
	"CN=a\177",
	"CN=#",
	"CN=#0",
	"CN=#0c0",
	"CN=#0g",
	"CN=#0c0100",
	"CN=#0c01610",
	"CN=#0c0161 x",
};

START_TEST(what_is_no_name_has_no_form)
{
	char form[STSSL_DN_MAX] = "untouched";

	ck_assert_int_eq(stssl_dn_canonical(wrongs[_i], form), -EBADMSG);
	ck_assert_str_eq(form, "untouched");
}
END_TEST

/* "CN=aaa...", the whole one byte shorter than its room, and what is longer. */
START_TEST(a_long_name_is_never_cut)
{
	char text[2 * STSSL_DN_MAX], form[STSSL_DN_MAX];

	memset(text, 'a', sizeof text);
	memcpy(text, "CN=", 3);
	text[STSSL_DN_MAX - 2] = '\0';
	ck_assert_int_eq(stssl_dn_canonical(text, form), 0);
	ck_assert_str_eq(text, form);
	text[STSSL_DN_MAX - 2] = 'a';
	text[STSSL_DN_MAX] = '\0';
	ck_assert_int_eq(stssl_dn_canonical(text, form), -E2BIG);
	/* shorter, but not when escaped */
	memset(text + 3, '+', sizeof text - 3);
	for (size_t i = 3; i < STSSL_DN_MAX; i += 2)
		text[i] = '\\';
	text[3] = ' ';
	text[STSSL_DN_MAX - 1] = '\0';
	ck_assert_int_lt(stssl_dn_canonical(text, form), 0);
	ck_assert_int_eq(
	    stssl_dn_canonical("a=b+c=d+e=f+g=h+i=j+k=l+m=n+o=p+q=r", form),
	    -E2BIG);
}
END_TEST

void
add_dn_cases(struct case_list *to)
{
	add_case(to, a_name_has_one_canonical_form, ROWS(forms));
	add_case(to, what_is_no_name_has_no_form, ROWS(wrongs));
	add_case(to, a_long_name_is_never_cut, 0);
}
