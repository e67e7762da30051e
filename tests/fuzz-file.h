/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A fuzzer's input as a file, for what reads only files.
 */
#ifndef TESTS_FUZZ_FILE_H
#define TESTS_FUZZ_FILE_H

#include <stddef.h>
#include <stdint.h>

/*
 * Write it to a new file by private_file_make().  Returns 0, or -1; the caller
 * removes it by private_file_remove() either way.
 */
int fuzz_file_write(char *path, const uint8_t *data, size_t size);

#endif
