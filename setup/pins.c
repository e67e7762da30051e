/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Looks for a pin.
 */
#include <config.h>
#include "setup/pins.h"

#include <string.h>

const struct link_pin *
config_pin_find(
    const struct link_pins *pins, const uint8_t sha256[static LINK_PIN_BYTES])
{
	for (size_t i = 0; i < pins->count; i++)
		if (memcmp(pins->list[i].sha256, sha256, LINK_PIN_BYTES) == 0)
			return &pins->list[i];
	return NULL;
}
