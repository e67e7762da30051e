/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A worker's TLS, clients of GnuTLS's, and the verifier's judgement of the last
 * handshake, which a test may change before.
 */
#ifndef TESTS_VERIFIER_STAGE_H
#define TESTS_VERIFIER_STAGE_H

#include "tests/proof-stage.h"
#include "tests/tls-stage.h"

#define TLS_1_2     "NORMAL:-VERS-ALL:+VERS-TLS1.2"
#define TLS_1_3     "NORMAL:-VERS-ALL:+VERS-TLS1.3"
#define FIRST_SHARE "-GROUP-ALL:+GROUP-SECP384R1:+GROUP-X25519"

/* The versions above. */
extern const char *const versions[2];

/* Edits: keys other than P-256; one that is too large, and nobody's. */
void with_rsa(struct making *m);
void with_ed25519(struct making *m);
void with_ed448(struct making *m);
void with_p384(struct making *m);
void with_a_huge_key(struct making *m);

struct play {
	struct stage stage;
	struct tls_context *context;
	struct proof_stage proof;
	struct handed_in handed; /* of the last client */
	struct finding found;
};

extern struct play play;

/*
 * With keys and our priority, or NULL for the usual ones.  The keyholder has
 * the secret of this process.
 */
void open_play(making_edit server, making_edit client, const char *priority);
void open_play_without_secret(void);
void close_play(void);

/* A client comes; its handshake is in play.handed. */
void visit(const char *priority);

/* NULL and play.found, whose record is gone; or why not. */
const char *judge_by(struct nonces *nonces, const struct judge *judge);
const char *judge(void);
/* The same, without using up its nonce. */
const char *try(void);

#define TRUE(why) ck_assert_msg((why) == NULL, "%s", why)

/* The nth message of play.handed, with its header; and how many there are. */
uint8_t *message_at(size_t n, size_t *ret_size);
size_t count_messages(void);

/* Put `bytes` in place of a message. */
void exchange(size_t n, const uint8_t *bytes, size_t len);

#endif
