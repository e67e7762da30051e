/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The keys that links trust, by the SHA-256 of their public halves
 * (SubjectPublicKeyInfo in DER, as for HPKP: RFC 7469 section 2.4).
 */
#ifndef SETUP_PINS_H
#define SETUP_PINS_H

#include <stddef.h>
#include <stdint.h>

#define LINK_PIN_BYTES 32
#define LINK_PIN_NAME  64

struct link_pin {
	char name[LINK_PIN_NAME + 1]; /* "" without one */
	uint8_t sha256[LINK_PIN_BYTES];
};

struct link_pins {
	struct link_pin *list;
	size_t count;
};

/* The pin of this key, or NULL. */
const struct link_pin *config_pin_find(
    const struct link_pins *pins, const uint8_t sha256[static LINK_PIN_BYTES]);

#endif
