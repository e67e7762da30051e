/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A ring of frames that the kernel writes and we read.  No frame is ever
 * waited for: who asks has accepted the connection, and the frame was there
 * before that.
 */
#include <config.h>
#include "helper/monitor/registry/tap.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

/* In every network namespace. */
#define LOOPBACK_INDEX 1
/* Headers with all options. */
#define SNAP_BYTES  128
#define FRAME_BYTES 256
#define BLOCK_BYTES (64 * 1024)
#define BLOCKS      32
#define FRAMES      (BLOCKS * (BLOCK_BYTES / FRAME_BYTES))
#define RING_BYTES  ((size_t)BLOCKS * BLOCK_BYTES)
/* At most one a processor is being written at a time. */
#define BEING_WRITTEN 256

struct tap {
	int fd;
	uint8_t *ring;
	size_t at;
};

/*
 * IPv4, TCP, from 127.64.0.0/10, SYN without ACK.  Offsets are those of the IP
 * header.  Nobody but root can make fragments so small that the flags are not
 * in the first, so that all fragments are let through, and fit no connection.
 */
static struct sock_filter program[] = {
	BPF_STMT(
	    BPF_LD | BPF_W | BPF_ABS, (uint32_t)(SKF_AD_OFF + SKF_AD_PROTOCOL)),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IP, 0, 11),
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, offsetof(struct iphdr, protocol)),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_TCP, 0, 9),
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct iphdr, saddr)),
	BPF_STMT(BPF_ALU | BPF_AND | BPF_K, STSSL_SOURCE_MASK),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, STSSL_SOURCE_NETWORK, 0, 6),
	BPF_STMT(BPF_LD | BPF_H | BPF_ABS, offsetof(struct iphdr, frag_off)),
	BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, IP_MF | IP_OFFMASK, 5, 0),
	BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),
	BPF_STMT(BPF_LD | BPF_B | BPF_IND, offsetof(struct tcphdr, th_flags)),
	BPF_STMT(BPF_ALU | BPF_AND | BPF_K, TH_SYN | TH_ACK),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, TH_SYN, 1, 0),
	BPF_STMT(BPF_RET | BPF_K, 0),
	BPF_STMT(BPF_RET | BPF_K, SNAP_BYTES),
};

static int
set_options(int fd)
{
	const struct sock_fprog filter = { sizeof program / sizeof program[0],
		program };
	const struct tpacket_req ring = { .tp_block_size = BLOCK_BYTES,
		.tp_block_nr = BLOCKS,
		.tp_frame_size = FRAME_BYTES,
		.tp_frame_nr = FRAMES };
	const int yes = 1, version = TPACKET_V2;
	const struct {
		int level, name;
		const void *value;
		socklen_t len;
	} rows[] = {
		{ SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter },
		{ SOL_SOCKET, SO_LOCK_FILTER, &yes, sizeof yes },
		/* Each would come twice. */
		{ SOL_PACKET, PACKET_IGNORE_OUTGOING, &yes, sizeof yes },
		{ SOL_PACKET, PACKET_VERSION, &version, sizeof version },
		{ SOL_PACKET, PACKET_RX_RING, &ring, sizeof ring },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (setsockopt(fd, rows[i].level, rows[i].name, rows[i].value,
			rows[i].len) == -1)
			return -errno;
	return 0;
}

/*
 * All protocols: such a socket is served before the protocols themselves are,
 * one for IPv4 alone perhaps after them.
 */
static int
attach(struct tap *tap)
{
	const struct sockaddr_ll lo = { .sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = LOOPBACK_INDEX };
	int r;
	void *ring;

	/* Until it is bound it gets nothing. */
	tap->fd =
	    socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (tap->fd == -1)
		return -errno;
	r = set_options(tap->fd);
	if (r < 0)
		return r;
	ring = mmap(
	    NULL, RING_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, tap->fd, 0);
	if (ring == MAP_FAILED)
		return -errno;
	tap->ring = ring;
	return bind(tap->fd, (const struct sockaddr *)&lo, sizeof lo) == -1
		   ? -errno
		   : 0;
}

int
tap_open(struct tap **ret)
{
	struct tap *tap = calloc(1, sizeof *tap);
	int r;

	if (tap == NULL)
		return -ENOMEM;
	r = attach(tap);
	if (r < 0)
		(void)tap_free(tap);
	else
		*ret = tap;
	return r;
}

struct tap *
tap_free(struct tap *tap)
{
	if (tap == NULL)
		return NULL;
	if (tap->ring != NULL)
		(void)munmap(tap->ring, RING_BYTES);
	if (tap->fd != -1)
		(void)close(tap->fd);
	free(tap);
	return NULL;
}

static struct tpacket2_hdr *
frame_at(const struct tap *tap, size_t n)
{
	return (struct tpacket2_hdr *)(void *)(tap->ring +
					       n % FRAMES * FRAME_BYTES);
}

static bool
is_written(const struct tpacket2_hdr *frame)
{
	return (__atomic_load_n(&frame->tp_status, __ATOMIC_ACQUIRE) &
		   TP_STATUS_USER) != 0;
}

/* What is too short for ports, or a fragment, has ports that nobody has. */
static struct stssl_connection
parse(const struct tpacket2_hdr *frame)
{
	const uint8_t *data = (const uint8_t *)frame + frame->tp_net;
	struct stssl_connection c = { 0 };
	struct iphdr ip = { 0 };
	uint16_t ports[2] = { 0, 0 };
	size_t len =
	    frame->tp_snaplen < SNAP_BYTES ? frame->tp_snaplen : SNAP_BYTES;

	if (len >= sizeof ip)
		memcpy(&ip, data, sizeof ip);
	if ((ntohs(ip.frag_off) & (IP_MF | IP_OFFMASK)) == 0 &&
	    len >= ip.ihl * 4 + sizeof ports)
		memcpy(ports, data + ip.ihl * 4, sizeof ports);
	c.local = stssl_address_ipv4(&ip.saddr, ntohs(ports[0]));
	c.peer = stssl_address_ipv4(&ip.daddr, ntohs(ports[1]));
	return c;
}

int
tap_next(struct tap *tap, struct stssl_connection *ret)
{
	struct tpacket2_hdr *frame = frame_at(tap, tap->at);

	if (is_written(frame)) {
		*ret = parse(frame);
		__atomic_store_n(
		    &frame->tp_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
		tap->at = (tap->at + 1) % FRAMES;
		return 1;
	}
	for (size_t i = 1; i <= BEING_WRITTEN; i++)
		if (is_written(frame_at(tap, tap->at + i)))
			return -EAGAIN;
	return 0;
}

bool
tap_has_lost(struct tap *tap)
{
	struct tpacket_stats stats = { 0 };
	socklen_t len = sizeof stats;

	return getsockopt(tap->fd, SOL_PACKET, PACKET_STATISTICS, &stats,
		   &len) == -1 ||
	       stats.tp_drops > 0;
}
