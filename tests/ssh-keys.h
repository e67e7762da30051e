/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Public keys that ssh-keygen has made, and the SHA-256 of what openssl(1)
 * writes of them: openssl pkey -pubin -outform DER.
 */
#ifndef TESTS_SSH_KEYS_H
#define TESTS_SSH_KEYS_H

#define SSH_ED25519                                                  \
	"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJj0oLzhmQ6vWHHx0tYQxJ" \
	"fkeFCridGNLaOZex3mkc3Y"
#define SSH_ED25519_CERT                                             \
	"ssh-ed25519-cert-v01@openssh.com AAAAIHNzaC1lZDI1NTE5LWNlc" \
	"nQtdjAxQG9wZW5zc2guY29tAAAAICyfBJ8c05ly/0Ps0fqavVFTHLhh38c" \
	"9fNg+SDSj4ZguAAAAIJj0oLzhmQ6vWHHx0tYQxJfkeFCridGNLaOZex3mk" \
	"c3YAAAAAAAAAAAAAAABAAAAAmlkAAAACQAAAAVhbGljZQAAAAAAAAAA///" \
	"///////8AAAAAAAAAggAAABVwZXJtaXQtWDExLWZvcndhcmRpbmcAAAAAA" \
	"AAAF3Blcm1pdC1hZ2VudC1mb3J3YXJkaW5nAAAAAAAAABZwZXJtaXQtcG9" \
	"ydC1mb3J3YXJkaW5nAAAAAAAAAApwZXJtaXQtcHR5AAAAAAAAAA5wZXJta" \
	"XQtdXNlci1yYwAAAAAAAAAAAAAAMwAAAAtzc2gtZWQyNTUxOQAAACBEYqL" \
	"ium6pFW3VVOgEwrWYhO5YuqOWoU5K8JkswHo6tAAAAFMAAAALc3NoLWVkM" \
	"jU1MTkAAABA76O6p1ZFzzw5BFd+6Ymy7jXsye42AaidqbdL0RP6RmpibK/" \
	"4aTOUIVhC07jOsj3K9WFB0ToRByxbxLbb+yeSBA=="
#define SSH_ED25519_HOST_CERT                                        \
	"ssh-ed25519-cert-v01@openssh.com AAAAIHNzaC1lZDI1NTE5LWNlc" \
	"nQtdjAxQG9wZW5zc2guY29tAAAAIMNBqucVmf/SsoGZpBRA3UxA/11ruv6" \
	"LQud9wB3rbzQIAAAAIJj0oLzhmQ6vWHHx0tYQxJfkeFCridGNLaOZex3mk" \
	"c3YAAAAAAAAAAAAAAACAAAAAmlkAAAACAAAAARob3N0AAAAAAAAAAD////" \
	"//////wAAAAAAAAAAAAAAAAAAADMAAAALc3NoLWVkMjU1MTkAAAAgRGKi4" \
	"rpuqRVt1VToBMK1mITuWLqjlqFOSvCZLMB6OrQAAABTAAAAC3NzaC1lZDI" \
	"1NTE5AAAAQJRVVTMPEMvkNLe2p/kpewgSVH8SIzVb4ipHZOkibehYD69p8" \
	"2GUE1jRZWPU8G92nzRWdr5okgrV3j0ug9parA0="
#define SSH_P256                                                     \
	"ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbm" \
	"lzdHAyNTYAAABBBLF6N9g0UT6xr5KaP3pboIgIZR3zqpKXg4tfW5PRGZTg" \
	"oFjL2anzPSNXDXHKAU6XVme9nYoauHj3gdAmaahUiEo="
#define SSH_P384                                                     \
	"ecdsa-sha2-nistp384 AAAAE2VjZHNhLXNoYTItbmlzdHAzODQAAAAIbm" \
	"lzdHAzODQAAABhBLutLVMZbmzOhEQCzPzFTAuKAYjqlMrJN+IEABXcTpAP" \
	"CVJJBD/RX8esRhmUQS90zScSs4DyTMWWo3OD9pOf+3QirbyjUao4RTEW9b" \
	"t4CBtKibdjEwdAMAszeWMJsg5+1w=="
#define SSH_P521                                                     \
	"ecdsa-sha2-nistp521 AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAAAIbm" \
	"lzdHA1MjEAAACFBAF3FrsCjpvTz5vrfkYPUHC9iKL0wp2ejtsdcgFgYk1x" \
	"egWllgTSx4SqIShrFLJR6SupImNLGMkz5Hx/MhCQTODXlQABjUC+CZRUpV" \
	"gyd8fIcoV6B/LDrzpadfPfCPNX7ZgNZSlNsxQM+XHmQ9nrxwR49+eT3XfF" \
	"MxizrdRsZuCN8c5wPw=="
#define SSH_RSA                                                      \
	"ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQC7lI5naHtibbUb4Zf5Yk" \
	"4QWyHCsb6Q6ocj4Qebpy0BxgqkchpZ8tcL7PtmQykLkT2iYVPbpvBenCJ6" \
	"KWO0zEr3odtHcq7F/tmS5xK0Da2rUF09dJcX2icmGsHAfyWZyIGjQGOnqO" \
	"qUhlodWnvhLeoxGbxuPK5zfYH6FWJzByYdsw=="
#define SSH_ED25519_SPKI \
	"5a2463d4d9f08e79d8f0265be0cfebb21a9cec536c57b6711926a8360cec761d"
#define SSH_P256_SPKI \
	"3c7fdad65db478de432965de1144ca911cb917fff5fe750aa48ae5f99888dcd7"
#define SSH_P384_SPKI \
	"a85ef46a3a360b517ec4ac980c0f4244ae37a6ad9ce92b4985032b4bb3c33a24"
#define SSH_P521_SPKI \
	"958505bb3fcb759c8400c01472ab94d600e0b67bb2e5fdf67f1af275aedc2291"
#define SSH_RSA_SPKI \
	"f427740e5d518cab764b188cb6e2aeaa16e2040968ceeffb0be8f5918f1d9875"

#endif
