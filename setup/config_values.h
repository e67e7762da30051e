/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the keys of helper.conf take, for the rows of config_keys.c.
 */
#ifndef SETUP_CONFIG_VALUES_H
#define SETUP_CONFIG_VALUES_H

#include "conf/key.h"

/* Texts that are kept as they are. */
stssl_conf_check config_check_name;
stssl_conf_check config_check_path;
stssl_conf_check config_check_socket;
stssl_conf_check config_check_file;
stssl_conf_check config_check_file_or_directory;
stssl_conf_check config_check_key;
stssl_conf_check config_check_key_or_link;
stssl_conf_check config_check_url;

/* A const char *: NULL when the text is empty, that is, for none. */
stssl_conf_parse config_parse_name;
stssl_conf_parse config_parse_host; /* or IP address */

/* Texts that stand for something else. */
stssl_conf_parse config_parse_address;       /* struct stssl_address */
stssl_conf_parse config_parse_backend;       /* struct backend_address */
stssl_conf_parse config_parse_ports;         /* struct port_range */
stssl_conf_parse config_parse_backend_ports; /* struct port_range */
stssl_conf_parse config_parse_newcomers;     /* struct newcomer_limit */
stssl_conf_parse config_parse_network;       /* struct stssl_pattern */
/* "NAME sha256:HEX" or "sha256:HEX", with one space. */
stssl_conf_parse config_parse_pin; /* struct link_pin */

#endif
