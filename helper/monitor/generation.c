/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Loads, compares, frees.
 */
#include <config.h>
#include "helper/monitor/generation.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "helper/advisor/advisor.h"
#include "helper/base/log.h"
#include "helper/worker/tls/tls.h"
#include "helper/worker/tls/tls_trust.h"
#include "policy/classes.h"
#include "setup/config_read.h"
#include "setup/config_values.h"
#include "setup/warnings.h"
#include "x509/inventory.h"

/* Nothing is kept of it: it is the module's and the advisor's matter. */
static int
check_classes(const char *path, struct stssl_error *error)
{
	struct stssl_classes *classes;
	int r = stssl_classes_read(path, &classes, error);

	if (r < 0)
		return r;
	advisor_check_identities(classes);
	(void)stssl_classes_free(classes);
	return 0;
}

static void
warn(void *owner, const struct stssl_error *error)
{
	(void)owner;
	log_warning("%s", error->text);
}

static int
fill(struct x509_inventory *inventory, const struct generation *g,
    struct x509_error *error)
{
	const struct tls_config *tls = &g->config->tls;
	const struct link_config *link = &g->config->link;
	const struct x509_store *store = tls_context_store(g->tls);
	int r = 0;

	for (size_t i = 0; r == 0 && i < tls->certificates.count; i++)
		r = x509_inventory_add_server(
		    inventory, tls->certificates.list[i], store, error);
	for (size_t i = 0; r == 0 && i < tls->client_cas.count; i++)
		r = x509_inventory_add_cas(
		    inventory, tls->client_cas.list[i], error);
	if (r == 0 && link->certificate != NULL)
		r = x509_inventory_add_pinned(
		    inventory, X509_USE_LINK, link->certificate, error);
	for (size_t i = 0; r == 0 && i < link->edge_certificates.count; i++)
		r = x509_inventory_add_pinned(inventory, X509_USE_EDGE,
		    link->edge_certificates.list[i], error);
	return r;
}

/* All was loaded already: what is missing here is no more than a reminder. */
static struct x509_inventory *
inventory_of(const struct generation *g)
{
	struct x509_inventory *inventory = x509_inventory_new();
	struct x509_error error = { "out of memory" };

	if (inventory != NULL && fill(inventory, g, &error) == 0)
		return inventory;
	log_warning("it is not known when certificates end: %s", error.text);
	return x509_inventory_free(inventory);
}

static int
load_config(const char *path, struct generation *g, struct stssl_error *error)
{
	return config_read(path, &g->config, error);
}

static int
load_tls(const char *path, struct generation *g, struct stssl_error *error)
{
	const struct helper_config *config = g->config;
	const char *key;
	int r = tls_context_new(&config->tls, &g->tls, &key, error);

	(void)path;
	if (r < 0)
		return config_tls_error(config, key, error->text, error);
	r = tls_link_load(g->tls, &config->link,
	    (uint32_t)config->tls.certificates.count, &key, error);
	return r < 0 ? config_link_error(config, key, error->text, error) : 0;
}

static int
load_classes(const char *path, struct generation *g, struct stssl_error *error)
{
	(void)path;
	return check_classes(g->config->classes, error);
}

static int
load_inventory(
    const char *path, struct generation *g, struct stssl_error *error)
{
	(void)path;
	(void)error;
	config_warn(g->config, warn, NULL);
	g->inventory = inventory_of(g);
	return 0;
}

static int (*const parts[])(
    const char *path, struct generation *g, struct stssl_error *error) = {
	load_config,
	load_tls,
	load_classes,
	load_inventory,
};

int
generation_load_part(const char *path, unsigned part, struct generation *g,
    struct stssl_error *error)
{
	int r = parts[part](path, g, error);

	if (r < 0)
		generation_free(g);
	return r < 0 ? r : part + 1 < sizeof parts / sizeof parts[0];
}

int
generation_load(
    const char *path, struct generation *ret, struct stssl_error *error)
{
	struct generation g = { NULL, NULL, NULL };
	unsigned part = 0;
	int r;

	do
		r = generation_load_part(path, part++, &g, error);
	while (r > 0);
	if (r == 0)
		*ret = g;
	return r;
}

/* As a reload looks at it. */
static void
check_path(const struct helper_config *config, const char *path)
{
	const char *why = config_check_file_or_directory(path);

	if (why != NULL)
		log_warning("%s: %s, as user \"%s\": a reload fails", path, why,
		    config->user);
}

static void
check_paths(
    const struct helper_config *config, const struct stssl_values *paths)
{
	for (size_t i = 0; i < paths->count; i++)
		check_path(config, paths->list[i]);
}

int
generation_check_user(
    const char *path, const struct generation *g, struct stssl_error *error)
{
	const struct helper_config *config = g->config;
	struct stssl_error why;

	if (check_classes(config->classes, &why) < 0)
		return stssl_conf_error(stssl_conf_top(config->conf), "classes",
		    error, "as user \"%s\": %s", config->user, why.text);
	check_path(config, path);
	check_paths(config, &config->tls.client_cas);
	check_paths(config, &config->tls.client_crls);
	return 0;
}

void
generation_free(struct generation *g)
{
	g->inventory = x509_inventory_free(g->inventory);
	g->tls = tls_context_free(g->tls);
	g->config = config_free(g->config);
}

static bool
same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* The status socket's file lets them in, and can no longer be changed. */
static bool
same_backend_users(const struct helper_config *a, const struct helper_config *b)
{
	bool same = a->listener_count == b->listener_count;

	for (size_t i = 0; same && i < a->listener_count; i++)
		same = same_text(
		    a->listeners[i].backend_user, b->listeners[i].backend_user);
	return same;
}

static bool
same_list(const struct stssl_values *a, const struct stssl_values *b)
{
	bool same = a->count == b->count;

	for (size_t i = 0; same && i < a->count; i++)
		same = same_text(a->list[i], b->list[i]);
	return same;
}

static bool
same_listener(const struct listen_config *a, const struct listen_config *b)
{
	return same_text(a->name, b->name) &&
	       a->addresses.count == b->addresses.count &&
	       memcmp(a->addresses.list, b->addresses.list,
		   a->addresses.count * sizeof *a->addresses.list) == 0;
}

/* Sessions, sockets and messages go by the number of a listener. */
static bool
same_listeners(const struct helper_config *a, const struct helper_config *b)
{
	bool same = a->listener_count == b->listener_count;

	for (size_t i = 0; same && i < a->listener_count; i++)
		same = same_listener(&a->listeners[i], &b->listeners[i]);
	return same;
}

/*
 * What the monitor believes of a session depends on it, and its worker may be
 * of an older generation.
 */
static bool
same_links(const struct helper_config *a, const struct helper_config *b)
{
	bool same = a->listener_count == b->listener_count;

	for (size_t i = 0; same && i < a->listener_count; i++) {
		const struct listen_config *one = &a->listeners[i];
		const struct listen_config *other = &b->listeners[i];

		same =
		    (one->tls == LISTEN_LINK) == (other->tls == LISTEN_LINK) &&
		    (one->link_to.count > 0) == (other->link_to.count > 0);
	}
	return same;
}

bool
generation_has_sources(const struct generation *g)
{
	for (size_t i = 0; i < g->config->listener_count; i++)
		if (g->config->listeners[i].per_session)
			return true;
	return false;
}

int
generation_check(const struct generation *now, const struct generation *next,
    struct stssl_error *error)
{
	const struct helper_config *a = now->config, *b = next->config;
	const struct {
		const char *key;
		bool same;
	} keys[] = {
		{ "user", same_text(a->user, b->user) },
		{ "status-socket",
		    same_text(a->status_socket, b->status_socket) },
		{ "status-group", same_text(a->status_group, b->status_group) },
		{ "status-users",
		    same_list(&a->status_users, &b->status_users) },
		{ "listen: names and addresses", same_listeners(a, b) },
		{ "listen: where there is a link", same_links(a, b) },
		{ "backend-source", generation_has_sources(now) ||
					!generation_has_sources(next) },
		{ "backend-user", same_backend_users(a, b) },
	};

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		if (!keys[i].same) {
			(void)snprintf(error->text, sizeof error->text,
			    "%s: changed, which needs a restart", keys[i].key);
			return -EINVAL;
		}
	return 0;
}
