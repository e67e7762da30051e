/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Macros of libcheck and <sys/queue.h> for cppcheck, which sees neither.
 */
#define START_TEST(name) static void name(int _i)
#define END_TEST
#define LIST_FOREACH(i, list, entry)  for (i = *(list); i; i = i->entry)
#define SLIST_FOREACH(i, list, entry) for (i = *(list); i; i = i->entry)
#define TAILQ_FOREACH(i, list, entry) for (i = *(list); i; i = i->entry)
