/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The names by which GnuTLS, OpenSSL and LDAP call types of attributes.  A
 * keyword where GnuTLS has one or had always one, else the OID: so a name in a
 * map goes on to match.
 */
#include <config.h>
#include "policy/dn_types.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define NAMES_MAX 3

/* The first name of a type is its canonical one. */
static const struct {
	const char *names[NAMES_MAX];
	const char *oid;
} keywords[] = {
	{ { "CN", "COMMONNAME" }, "2.5.4.3" },
	{ { "SN", "SURNAME" }, "2.5.4.4" },
	{ { "SERIALNUMBER" }, "2.5.4.5" },
	{ { "C", "COUNTRYNAME" }, "2.5.4.6" },
	{ { "L", "LOCALITYNAME" }, "2.5.4.7" },
	{ { "ST", "S", "STATEORPROVINCENAME" }, "2.5.4.8" },
	{ { "STREET", "STREETADDRESS" }, "2.5.4.9" },
	{ { "O", "ORGANIZATIONNAME" }, "2.5.4.10" },
	{ { "OU", "ORGANIZATIONALUNITNAME" }, "2.5.4.11" },
	{ { "TITLE", "T" }, "2.5.4.12" },
	{ { "DESCRIPTION" }, "2.5.4.13" },
	{ { "BUSINESSCATEGORY" }, "2.5.4.15" },
	{ { "POSTALCODE" }, "2.5.4.17" },
	{ { "TELEPHONENUMBER" }, "2.5.4.20" },
	{ { "NAME" }, "2.5.4.41" },
	{ { "GIVENNAME", "GN" }, "2.5.4.42" },
	{ { "INITIALS" }, "2.5.4.43" },
	{ { "GENERATIONQUALIFIER" }, "2.5.4.44" },
	{ { "DNQUALIFIER" }, "2.5.4.46" },
	{ { "PSEUDONYM" }, "2.5.4.65" },
	{ { "UID", "USERID" }, "0.9.2342.19200300.100.1.1" },
	{ { "DC", "DOMAINCOMPONENT" }, "0.9.2342.19200300.100.1.25" },
	{ { "EMAIL", "EMAILADDRESS", "E" }, "1.2.840.113549.1.9.1" },
	{ { "JURISDICTIONOFINCORPORATIONLOCALITYNAME", "JURISDICTIONL",
	      "JURISDICTIONLOCALITYNAME" },
	    "1.3.6.1.4.1.311.60.2.1.1" },
	{ { "JURISDICTIONOFINCORPORATIONSTATEORPROVINCENAME", "JURISDICTIONST",
	      "JURISDICTIONSTATEORPROVINCENAME" },
	    "1.3.6.1.4.1.311.60.2.1.2" },
	{ { "JURISDICTIONOFINCORPORATIONCOUNTRYNAME", "JURISDICTIONC",
	      "JURISDICTIONCOUNTRYNAME" },
	    "1.3.6.1.4.1.311.60.2.1.3" },
	{ { "PLACEOFBIRTH", "ID-PDA-PLACEOFBIRTH" }, "1.3.6.1.5.5.7.9.2" },
	{ { "GENDER", "ID-PDA-GENDER" }, "1.3.6.1.5.5.7.9.3" },
	{ { "COUNTRYOFCITIZENSHIP", "ID-PDA-COUNTRYOFCITIZENSHIP" },
	    "1.3.6.1.5.5.7.9.4" },
	{ { "COUNTRYOFRESIDENCE", "ID-PDA-COUNTRYOFRESIDENCE" },
	    "1.3.6.1.5.5.7.9.5" },
	{ { "XMPPADDR", "ID-ON-XMPPADDR" }, "1.3.6.1.5.5.7.8.5" },
	{ { "USERPRINCIPALNAME" }, "1.2.840.113556.1.4.656" },
	{ { "INN" }, "1.2.643.3.131.1.1" },
	{ { "OGRN" }, "1.2.643.100.1" },
	{ { "SNILS" }, "1.2.643.100.3" },
	{ { "OGRNIP" }, "1.2.643.100.5" },
};

/*
 * What OpenSSL can write and GnuTLS cannot.  Its "uid", for a uniqueIdentifier,
 * is not here: without regard to case it is the UID.
 */
static const struct {
	const char *names[NAMES_MAX];
	const char *oid;
} numbers[] = {
	{ { "TEXTENCODEDORADDRESS" }, "0.9.2342.19200300.100.1.2" },
	{ { "MAIL", "RFC822MAILBOX" }, "0.9.2342.19200300.100.1.3" },
	{ { "INFO" }, "0.9.2342.19200300.100.1.4" },
	{ { "FAVOURITEDRINK" }, "0.9.2342.19200300.100.1.5" },
	{ { "ROOMNUMBER" }, "0.9.2342.19200300.100.1.6" },
	{ { "PHOTO" }, "0.9.2342.19200300.100.1.7" },
	{ { "USERCLASS" }, "0.9.2342.19200300.100.1.8" },
	{ { "HOST" }, "0.9.2342.19200300.100.1.9" },
	{ { "MANAGER" }, "0.9.2342.19200300.100.1.10" },
	{ { "DOCUMENTIDENTIFIER" }, "0.9.2342.19200300.100.1.11" },
	{ { "DOCUMENTTITLE" }, "0.9.2342.19200300.100.1.12" },
	{ { "DOCUMENTVERSION" }, "0.9.2342.19200300.100.1.13" },
	{ { "DOCUMENTAUTHOR" }, "0.9.2342.19200300.100.1.14" },
	{ { "DOCUMENTLOCATION" }, "0.9.2342.19200300.100.1.15" },
	{ { "HOMETELEPHONENUMBER" }, "0.9.2342.19200300.100.1.20" },
	{ { "SECRETARY" }, "0.9.2342.19200300.100.1.21" },
	{ { "OTHERMAILBOX" }, "0.9.2342.19200300.100.1.22" },
	{ { "LASTMODIFIEDTIME" }, "0.9.2342.19200300.100.1.23" },
	{ { "LASTMODIFIEDBY" }, "0.9.2342.19200300.100.1.24" },
	{ { "ARECORD" }, "0.9.2342.19200300.100.1.26" },
	{ { "PILOTATTRIBUTETYPE27" }, "0.9.2342.19200300.100.1.27" },
	{ { "MXRECORD" }, "0.9.2342.19200300.100.1.28" },
	{ { "NSRECORD" }, "0.9.2342.19200300.100.1.29" },
	{ { "SOARECORD" }, "0.9.2342.19200300.100.1.30" },
	{ { "CNAMERECORD" }, "0.9.2342.19200300.100.1.31" },
	{ { "ASSOCIATEDDOMAIN" }, "0.9.2342.19200300.100.1.37" },
	{ { "ASSOCIATEDNAME" }, "0.9.2342.19200300.100.1.38" },
	{ { "HOMEPOSTALADDRESS" }, "0.9.2342.19200300.100.1.39" },
	{ { "PERSONALTITLE" }, "0.9.2342.19200300.100.1.40" },
	{ { "MOBILETELEPHONENUMBER" }, "0.9.2342.19200300.100.1.41" },
	{ { "PAGERTELEPHONENUMBER" }, "0.9.2342.19200300.100.1.42" },
	{ { "FRIENDLYCOUNTRYNAME" }, "0.9.2342.19200300.100.1.43" },
	{ { "UNIQUEIDENTIFIER" }, "0.9.2342.19200300.100.1.44" },
	{ { "ORGANIZATIONALSTATUS" }, "0.9.2342.19200300.100.1.45" },
	{ { "JANETMAILBOX" }, "0.9.2342.19200300.100.1.46" },
	{ { "MAILPREFERENCEOPTION" }, "0.9.2342.19200300.100.1.47" },
	{ { "BUILDINGNAME" }, "0.9.2342.19200300.100.1.48" },
	{ { "DSAQUALITY" }, "0.9.2342.19200300.100.1.49" },
	{ { "SINGLELEVELQUALITY" }, "0.9.2342.19200300.100.1.50" },
	{ { "SUBTREEMINIMUMQUALITY" }, "0.9.2342.19200300.100.1.51" },
	{ { "SUBTREEMAXIMUMQUALITY" }, "0.9.2342.19200300.100.1.52" },
	{ { "PERSONALSIGNATURE" }, "0.9.2342.19200300.100.1.53" },
	{ { "DITREDIRECT" }, "0.9.2342.19200300.100.1.54" },
	{ { "AUDIO" }, "0.9.2342.19200300.100.1.55" },
	{ { "DOCUMENTPUBLISHER" }, "0.9.2342.19200300.100.1.56" },
	{ { "SUBJECTSIGNTOOL" }, "1.2.643.100.111" },
	{ { "ISSUERSIGNTOOL" }, "1.2.643.100.112" },
	{ { "CLASSSIGNTOOL" }, "1.2.643.100.113" },
	{ { "UNSTRUCTUREDNAME" }, "1.2.840.113549.1.9.2" },
	{ { "CONTENTTYPE" }, "1.2.840.113549.1.9.3" },
	{ { "MESSAGEDIGEST" }, "1.2.840.113549.1.9.4" },
	{ { "SIGNINGTIME" }, "1.2.840.113549.1.9.5" },
	{ { "COUNTERSIGNATURE" }, "1.2.840.113549.1.9.6" },
	{ { "CHALLENGEPASSWORD" }, "1.2.840.113549.1.9.7" },
	{ { "UNSTRUCTUREDADDRESS" }, "1.2.840.113549.1.9.8" },
	{ { "EXTENDEDCERTIFICATEATTRIBUTES" }, "1.2.840.113549.1.9.9" },
	{ { "EXTREQ" }, "1.2.840.113549.1.9.14" },
	{ { "SMIME-CAPS" }, "1.2.840.113549.1.9.15" },
	{ { "SMIME" }, "1.2.840.113549.1.9.16" },
	{ { "FRIENDLYNAME" }, "1.2.840.113549.1.9.20" },
	{ { "LOCALKEYID" }, "1.2.840.113549.1.9.21" },
	{ { "MSEXTREQ" }, "1.3.6.1.4.1.311.2.1.14" },
	{ { "MSCODEIND" }, "1.3.6.1.4.1.311.2.1.21" },
	{ { "MSCODECOM" }, "1.3.6.1.4.1.311.2.1.22" },
	{ { "CSPNAME" }, "1.3.6.1.4.1.311.17.1" },
	{ { "LOCALKEYSET" }, "1.3.6.1.4.1.311.17.2" },
	{ { "MSSMARTCARDLOGIN" }, "1.3.6.1.4.1.311.20.2.2" },
	{ { "MSUPN" }, "1.3.6.1.4.1.311.20.2.3" },
	{ { "ID-ON-PERSONALDATA" }, "1.3.6.1.5.5.7.8.1" },
	{ { "ID-ON-PERMANENTIDENTIFIER" }, "1.3.6.1.5.5.7.8.3" },
	{ { "ID-ON-DNSSRV", "SRVNAME" }, "1.3.6.1.5.5.7.8.7" },
	{ { "ID-ON-NAIREALM", "NAIREALM" }, "1.3.6.1.5.5.7.8.8" },
	{ { "ID-ON-SMTPUTF8MAILBOX" }, "1.3.6.1.5.5.7.8.9" },
	{ { "ID-PDA-DATEOFBIRTH" }, "1.3.6.1.5.5.7.9.1" },
	{ { "SEARCHGUIDE" }, "2.5.4.14" },
	{ { "POSTALADDRESS" }, "2.5.4.16" },
	{ { "POSTOFFICEBOX" }, "2.5.4.18" },
	{ { "PHYSICALDELIVERYOFFICENAME" }, "2.5.4.19" },
	{ { "TELEXNUMBER" }, "2.5.4.21" },
	{ { "TELETEXTERMINALIDENTIFIER" }, "2.5.4.22" },
	{ { "FACSIMILETELEPHONENUMBER" }, "2.5.4.23" },
	{ { "X121ADDRESS" }, "2.5.4.24" },
	{ { "INTERNATIONALISDNNUMBER" }, "2.5.4.25" },
	{ { "REGISTEREDADDRESS" }, "2.5.4.26" },
	{ { "DESTINATIONINDICATOR" }, "2.5.4.27" },
	{ { "PREFERREDDELIVERYMETHOD" }, "2.5.4.28" },
	{ { "PRESENTATIONADDRESS" }, "2.5.4.29" },
	{ { "SUPPORTEDAPPLICATIONCONTEXT" }, "2.5.4.30" },
	{ { "MEMBER" }, "2.5.4.31" },
	{ { "OWNER" }, "2.5.4.32" },
	{ { "ROLEOCCUPANT" }, "2.5.4.33" },
	{ { "SEEALSO" }, "2.5.4.34" },
	{ { "USERPASSWORD" }, "2.5.4.35" },
	{ { "USERCERTIFICATE" }, "2.5.4.36" },
	{ { "CACERTIFICATE" }, "2.5.4.37" },
	{ { "AUTHORITYREVOCATIONLIST" }, "2.5.4.38" },
	{ { "CERTIFICATEREVOCATIONLIST" }, "2.5.4.39" },
	{ { "CROSSCERTIFICATEPAIR" }, "2.5.4.40" },
	{ { "X500UNIQUEIDENTIFIER" }, "2.5.4.45" },
	{ { "ENHANCEDSEARCHGUIDE" }, "2.5.4.47" },
	{ { "PROTOCOLINFORMATION" }, "2.5.4.48" },
	{ { "DISTINGUISHEDNAME" }, "2.5.4.49" },
	{ { "UNIQUEMEMBER" }, "2.5.4.50" },
	{ { "HOUSEIDENTIFIER" }, "2.5.4.51" },
	{ { "SUPPORTEDALGORITHMS" }, "2.5.4.52" },
	{ { "DELTAREVOCATIONLIST" }, "2.5.4.53" },
	{ { "DMDNAME" }, "2.5.4.54" },
	{ { "ROLE" }, "2.5.4.72" },
	{ { "ORGANIZATIONIDENTIFIER" }, "2.5.4.97" },
	{ { "C3", "COUNTRYCODE3C" }, "2.5.4.98" },
	{ { "N3", "COUNTRYCODE3N" }, "2.5.4.99" },
	{ { "DNSNAME" }, "2.5.4.100" },
};

static bool
has(const char *const names[static NAMES_MAX], const char *type)
{
	for (size_t i = 0; i < NAMES_MAX && names[i] != NULL; i++)
		if (strcmp(type, names[i]) == 0)
			return true;
	return false;
}

const char *
stssl_dn_type(const char *type)
{
	for (size_t i = 0; i < sizeof keywords / sizeof keywords[0]; i++)
		if (strcmp(type, keywords[i].oid) == 0 ||
		    has(keywords[i].names, type))
			return keywords[i].names[0];
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		if (has(numbers[i].names, type))
			return numbers[i].oid;
	return type;
}
