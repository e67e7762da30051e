/* SPDX-License-Identifier: BSD-2-Clause
 *
 * How a transfer ends, so that neither side can take a broken transfer for a
 * whole one.  For data.c; see there for when.
 */
#ifndef HELPER_WORKER_FTP_DATA_END_H
#define HELPER_WORKER_FTP_DATA_END_H

#include "helper/worker/ftp/data.h"

/* From the transfer command to both sides being up, whatever progress. */
#define DATA_SETUP_SECONDS 30.
/* How often to look whether the rest of a broken upload has arrived. */
#define DATA_ARRIVAL_STEP .01

/* Go on with whatever can go on: data.c. */
void data_step(struct data *d);

/* Set the outcome, with what it does to the two sides. */
void data_settle(struct data *d, enum data_outcome outcome);

/* All bytes of the transfer have left for where they were meant to go. */
bool data_is_through(const struct data *d);

/* The source has ended properly, and all that it sent is written. */
void data_flow_ended(struct data *d);

/* The client has broken off, and all that it had sent is written. */
void data_upload_cut(struct data *d);

/* An upload's bytes are through: has the backend read them to their end? */
void data_step_end(struct data *d);

/* The proper end of the client's side; waits when the socket is full. */
void data_end_client(struct data *d);

#endif
