/* SPDX-License-Identifier: BSD-2-Clause */
#include <config.h>
#include "helper/worker/pace.h"

#define MOST 64

unsigned
pace_of(struct pace *p, unsigned turn)
{
	if (!p->has_more || turn != p->turn + 1)
		p->most = 1;
	else if (p->most < MOST)
		p->most *= 2;
	p->turn = turn;
	return p->most;
}

void
pace_read(struct pace *p, unsigned count)
{
	p->has_more = count == p->most;
}
