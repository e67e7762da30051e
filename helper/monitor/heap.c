/* SPDX-License-Identifier: BSD-2-Clause
 *
 * By mallopt(3), where there is M_MXFAST.
 */
#include <config.h>
#include "helper/monitor/heap.h"

#include <malloc.h>
#include <stddef.h>

static void
put_aside(int size)
{
#ifdef M_MXFAST
	(void)mallopt(M_MXFAST, size);
#else
	(void)size;
#endif
}

void
heap_join_early(void)
{
	put_aside(0);
}

/* What mallopt(3) says is the default. */
void
heap_join_late(void)
{
	put_aside(64 * sizeof(size_t) / 4);
}
