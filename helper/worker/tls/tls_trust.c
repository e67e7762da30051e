/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Nobody but a peer gets through the handshake, so that a resumed session was a
 * peer's before: tickets are encrypted with a key that one session has, and
 * what the Edge keeps of a session is its own.
 */
#include <config.h>
#include "helper/worker/tls/tls_trust.h"

#include <errno.h>
#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper/base/keytag.h"
#include "helper/worker/tls/keyremote.h"
#include "helper/worker/tls/tls_fault.h"
#include "helper/worker/tls/tls_inside.h"
#include "helper/worker/tls/tls_tickets.h"
#include "status/tools/hex.h"
#include "x509/leaf.h"

/* Both sides are ours, and clients' wishes have no place here. */
#define PRIORITY                                       \
	"NORMAL:-VERS-ALL:+VERS-TLS1.3"                \
	":-CIPHER-ALL:+AES-256-GCM:+CHACHA20-POLY1305" \
	":-GROUP-ALL:+GROUP-X25519:+GROUP-SECP256R1"   \
	":+GROUP-SECP384R1"
/* A chain that an Edge shows to clients. */
#define CHAIN_MAX 10

/* Loading */

/* A certificate that Edges show, in DER. */
struct tls_link_shown {
	struct tls_link_shown *next;
	uint32_t key; /* its number, if there are keys of these */
	uint8_t name[KEY_NAME];
	size_t len;
	unsigned char der[];
};

static int
fault(struct stssl_error *error, const char *what, int code)
{
	(void)snprintf(error->text, sizeof error->text, "%s: %s", what,
	    gnutls_strerror(code));
	return -EBADMSG;
}

/* Behind the last one. */
static int
add_shown(struct tls_link_shown **last, uint32_t key, const gnutls_datum_t *der)
{
	struct tls_link_shown *shown = malloc(sizeof *shown + der->size);

	if (shown == NULL)
		return GNUTLS_E_MEMORY_ERROR;
	shown->next = NULL;
	shown->key = key;
	shown->len = der->size;
	memcpy(shown->der, der->data, der->size);
	*last = shown;
	return key_name_of(der->data, der->size, shown->name)
		   ? 0
		   : GNUTLS_E_HASH_FAILED;
}

/* The first of a file is the server's. */
static int
load_shown(struct tls_link_shown **last, uint32_t key, const char *file)
{
	gnutls_pcert_st chain[CHAIN_MAX];
	unsigned count = CHAIN_MAX;
	int r = gnutls_pcert_list_import_x509_file(
	    chain, &count, file, GNUTLS_X509_FMT_PEM, NULL, NULL, 0);

	if (r < 0)
		return r;
	r = add_shown(last, key, &chain[0].cert);
	for (unsigned i = 0; i < count; i++)
		gnutls_pcert_deinit(&chain[i]);
	return r;
}

static int
load_all_shown(struct tls_link *l, uint32_t key, struct stssl_error *error)
{
	const struct stssl_values *files = &l->config->edge_certificates;
	struct tls_link_shown **last = &l->shown;

	for (size_t i = 0; i < files->count; i++) {
		int r = load_shown(last, key + (uint32_t)i, files->list[i]);

		if (r < 0)
			return fault(error, files->list[i], r);
		last = &(*last)->next;
	}
	return 0;
}

static int
load_own(struct tls_context *context, uint32_t key, struct stssl_error *error)
{
	struct tls_link *l = &context->link;
	int r = gnutls_priority_init(&l->priority, PRIORITY, NULL);

	if (r >= 0)
		r = gnutls_certificate_allocate_credentials(&l->credentials);
	if (r >= 0) {
		/* The keyholder checks that key and certificate fit. */
		gnutls_certificate_set_flags(
		    l->credentials, GNUTLS_CERTIFICATE_SKIP_KEY_CERT_MATCH);
		r = keyremote_load(
		    context->keys, key, l->config->certificate, l->credentials);
	}
	return r < 0 ? fault(error, l->config->certificate, r) : 0;
}

int
tls_link_load(struct tls_context *context, const struct link_config *link,
    uint32_t key, const char **ret_key, struct stssl_error *error)
{
	int r;

	if (link->certificate == NULL)
		return 0;
	context->link.config = link;
	*ret_key = "certificate";
	r = load_own(context, key, error);
	if (r < 0)
		return r;
	*ret_key = "edge-certificate";
	/* As the keyholder counts them. */
	return load_all_shown(&context->link, key + 1, error);
}

void
tls_link_unload(struct tls_context *context)
{
	struct tls_link *l = &context->link;
	struct tls_link_shown *shown;

	while ((shown = l->shown) != NULL) {
		l->shown = shown->next;
		free(shown);
	}
	if (l->credentials != NULL)
		gnutls_certificate_free_credentials(l->credentials);
	if (l->priority != NULL)
		gnutls_priority_deinit(l->priority);
	*l = (struct tls_link){ .config = NULL };
}

bool
tls_link_shown(const struct tls_context *context, unsigned n, const void **ret,
    size_t *ret_len)
{
	const struct tls_link_shown *shown = context->link.shown;

	for (; n > 0 && shown != NULL; n--)
		shown = shown->next;
	if (shown == NULL)
		return false;
	*ret = shown->der;
	*ret_len = shown->len;
	return true;
}

bool
tls_link_key(
    const struct tls_context *context, const uint8_t *name, uint32_t *ret)
{
	const struct tls_link *l = &context->link;
	const struct tls_link_shown *shown =
	    l->config == NULL || l->config->edge_keys.count == 0 ? NULL
								 : l->shown;

	while (shown != NULL && memcmp(shown->name, name, KEY_NAME) != 0)
		shown = shown->next;
	if (shown == NULL)
		return false;
	*ret = shown->key;
	return true;
}

/* The peer */

static bool
has_alpn(const struct tls *tls)
{
	gnutls_datum_t name;

	return gnutls_alpn_get_selected_protocol(tls->session, &name) >= 0 &&
	       name.size == strlen(TLS_LINK_ALPN) &&
	       memcmp(name.data, TLS_LINK_ALPN, name.size) == 0;
}

static bool
shown_key(const struct tls *tls, uint8_t ret[static LINK_PIN_BYTES])
{
	unsigned count = 0;
	const gnutls_datum_t *chain =
	    gnutls_certificate_get_peers(tls->session, &count);

	return chain != NULL && count > 0 &&
	       x509_key_digest(chain[0].data, chain[0].size, ret);
}

/* NULL when it is none that we know, or none has been shown. */
static const struct link_pin *
find_peer(const struct tls *tls)
{
	uint8_t key[LINK_PIN_BYTES];

	return shown_key(tls, key) ? config_pin_find(tls->pins, key) : NULL;
}

const char *
tls_link_refusal(const struct tls *tls)
{
	return tls->error == GNUTLS_E_FATAL_ALERT_RECEIVED &&
		       gnutls_alert_get(tls->session) ==
			   GNUTLS_A_BAD_CERTIFICATE
		   ? "the Server's edges lack this machine's pin"
		   : NULL;
}

const char *
tls_link_fault(const struct tls *tls, char buf[static TLS_LINK_FAULT])
{
	uint8_t key[LINK_PIN_BYTES];
	int len;

	if (tls->error != GNUTLS_E_CERTIFICATE_ERROR || !shown_key(tls, key) ||
	    config_pin_find(tls->pins, key) != NULL)
		return tls_error(tls);
	len = snprintf(buf, TLS_LINK_FAULT, "its key is not in %s: sha256:",
	    tls->pins == &tls->context->link.config->servers ? "servers"
							     : "edges");
	(void)stssl_hex(key, sizeof key, buf + len);
	return buf;
}

/* A data connection is the session's; no other is resumed. */
static bool
is_as_meant(const struct tls *tls)
{
	const bool is_resumed = gnutls_session_is_resumed(tls->session) != 0;

	return is_resumed == (tls->use == TLS_DATA) &&
	       (tls->use != TLS_DATA || tls->tickets == NULL ||
		   tls_tickets_proves(tls->tickets, tls->session));
}

enum tls_result
tls_link_settle(struct tls *tls)
{
	const struct link_pin *pin = find_peer(tls);
	int r = 0;

	if (gnutls_protocol_get_version(tls->session) != GNUTLS_TLS1_3)
		r = GNUTLS_E_UNSUPPORTED_VERSION_PACKET;
	else if (!has_alpn(tls))
		r = GNUTLS_E_NO_APPLICATION_PROTOCOL;
	else if (!is_as_meant(tls))
		r = GNUTLS_E_INSUFFICIENT_CREDENTIALS;
	else if (pin == NULL)
		r = GNUTLS_E_CERTIFICATE_ERROR;
	if (r == 0) {
		tls->pin = pin;
		return TLS_DONE;
	}
	tls_alert(tls, r);
	return tls_meaning(tls, r);
}
