/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reads pins, and looks for one.
 */
#include <config.h>
#include "setup/pins.h"

#include <string.h>

#include "policy/serial.h"
#include "setup/config_values.h"

#define HEX_DIGITS (2 * LINK_PIN_BYTES)
#define PREFIX     "sha256:"

static uint8_t
number_of(char digit)
{
	static const char digits[] = "0123456789abcdef";

	return (uint8_t)(strchr(digits, digit) - digits);
}

/* Small or large digits, and nothing else. */
static bool
parse_digits(const char *text, uint8_t ret[static LINK_PIN_BYTES])
{
	char hex[HEX_DIGITS + 1];

	if (strlen(text) != HEX_DIGITS ||
	    stssl_hex_digits(text, HEX_DIGITS, hex) != HEX_DIGITS)
		return false;
	for (size_t i = 0; i < LINK_PIN_BYTES; i++)
		ret[i] = (uint8_t)(number_of(hex[2 * i]) << 4 |
				   number_of(hex[2 * i + 1]));
	return true;
}

const char *
config_parse_pin(const char *value, void *ret)
{
	const size_t prefix = strlen(PREFIX);
	struct link_pin pin = { "", { 0 } };
	const char *space = strchr(value, ' ');
	const char *text = space != NULL ? space + 1 : value;
	size_t len = space != NULL ? (size_t)(space - value) : 0;

	if (len > LINK_PIN_NAME || strncmp(text, PREFIX, prefix) != 0 ||
	    !parse_digits(text + prefix, pin.sha256))
		return "not \"NAME sha256:HEX\" with 64 digits";
	memcpy(pin.name, value, len);
	if (space != NULL && config_check_name(pin.name) != NULL)
		return config_check_name(pin.name);
	memcpy(ret, &pin, sizeof pin);
	return NULL;
}

const struct link_pin *
config_pin_find(
    const struct link_pins *pins, const uint8_t sha256[static LINK_PIN_BYTES])
{
	for (size_t i = 0; i < pins->count; i++)
		if (memcmp(pins->list[i].sha256, sha256, LINK_PIN_BYTES) == 0)
			return &pins->list[i];
	return NULL;
}
