/* SPDX-License-Identifier: BSD-2-Clause
 *
 * helper.conf: each mistake has its line and its words.
 */
#include <config.h>
#include "tests/test-setup.h"

static const struct {
	const char *text;
	const char *message;
} faulty[] = {
	{ "", "h.conf:1: tls: certificate is missing" },
	{ FTP, "h.conf:1: tls: certificate is missing" },
	{ TLS, "h.conf:1: no listen section" },
	{ "colour = 1\n" TLS FTP, "h.conf:1: \"colour\" is no key here" },
	{ TLS "workers = many\n",
	    "h.conf:2: workers = \"many\": not a number in decimal" },
	{ "penalties {\n login-failed = 3601\n}\n",
	    "h.conf:2: login-failed = \"3601\": not in 0 ... 3600" },
	{ "penalties {\n max-sources = 0\n}\n",
	    "h.conf:2: max-sources = \"0\": not in 1 ... 1000000" },
	{ TLS FTP "penalties {\n refuse-above = 600\n}\n",
	    "h.conf:4: refuse-above = 600: not below max = 600" },
	{ "penalties {\n exempt = { \"::1\",\n \"10.0.0.1/8\" }\n}\n",
	    "h.conf:3: exempt = \"10.0.0.1/8\": "
	    "the address has bits outside of its mask" },
	{ "penalties {\n exempt = { \"*.example.org\" }\n}\n",
	    "h.conf:2: exempt = \"*.example.org\": not an address pattern" },
	{ "workers = 257\n", "h.conf:1: workers = \"257\": not in 0 ... 256" },
	{ "\nworkers = -1\n", "h.conf:2: workers = \"-1\": not in 0 ... 256" },
	{ "sessions-per-worker = 0\n",
	    "h.conf:1: sessions-per-worker = \"0\": not in 1 ... 65536" },
	{ "user = \"a b\"\n",
	    "h.conf:1: user = \"a b\": not a name of letters, digits, . _ -" },
	{ "status-users = { \"root\", \"\" }\n",
	    "h.conf:1: status-users = \"\": "
	    "not a name of letters, digits, . _ -" },
	{ "status-socket = \"status.sock\"\n",
	    "h.conf:1: status-socket = \"status.sock\": "
	    "not an absolute path" },
	{ "classes = \"classes.conf\"\n",
	    "h.conf:1: classes = \"classes.conf\": not an absolute path" },
	{ "tls {\n certificate = { \"c.pem\",\n \"nix\" } }\n",
	    "h.conf:3: certificate = \"nix\": No such file or directory" },
	{ "tls {\n key = { \"/\" } }\n",
	    "h.conf:2: key = \"/\": not a regular file" },
	{ "tls {\n key = { \"open.pem\" } }\n",
	    "h.conf:2: key = \"open.pem\": others can read or change it" },
	{ "tls {\n client-ca = { \"nix\" } }\n",
	    "h.conf:2: client-ca = \"nix\": No such file or directory" },
	{ "tls {\n client-crl = { \"nix\" } }\n",
	    "h.conf:2: client-crl = \"nix\": No such file or directory" },
	{ "tls {\n client-crl = { \".\", \"/dev/null\" } }\n",
	    "h.conf:2: client-crl = \"/dev/null\": not a regular file" },
	{ "tls {\n stale-crl = allow\n}\n",
	    "h.conf:2: stale-crl = \"allow\": not one of refuse, warn" },
	{ "tls {\n kernel-tls = on\n}\n",
	    "h.conf:2: kernel-tls = \"on\": not one of off, auto" },
	{ "tls {\n ocsp = try\n}\n",
	    "h.conf:2: ocsp = \"try\": not one of off, soft, hard" },
	{ "tls {\n ocsp-responder = \"https://ocsp.example/\"\n}\n",
	    "h.conf:2: ocsp-responder = \"https://ocsp.example/\": "
	    "not an http:// URL" },
	{ "tls {\n ocsp-responder = \"http:///x\"\n}\n",
	    "h.conf:2: ocsp-responder = \"http:///x\": not an http:// URL" },
	{ "tls {\n ocsp-responder = \"http://a b/\"\n}\n",
	    "h.conf:2: ocsp-responder = \"http://a b/\": not an http:// URL" },
	{ "tls {\n ocsp-timeout = 0\n}\n",
	    "h.conf:2: ocsp-timeout = \"0\": not in 1 ... 600" },
	{ "tls {\n certificate = { \"c.pem\" }\n"
	  " key = { \"k.pem\" }\n ocsp = soft\n}\n" FTP,
	    "h.conf:4: ocsp: client-ca is missing" },
	{ "tls {\n certificate = { \"c.pem\" }\n"
	  " key = { \"k.pem\" }\n client-ca = { \"c.pem\" }\n"
	  " ocsp = hard\n ocsp-timeout = 11\n}\n" FTP,
	    "h.conf:6: ocsp-timeout = 11: longer than handshake-timeout of "
	    "listen \"ftp\"" },
	{ "tls {\n certificate = { \"c.pem\" }\n"
	  " key = { \"k.pem\", \"k.pem\" }\n}\n" FTP,
	    "h.conf:3: key: 2 given for 1 certificates" },
	{ "tls {\n certificate = { \"c.pem\" }\n}\n" FTP,
	    "h.conf:1: key: 0 given for 1 certificates" },
	{ TLS "listen \"f:p\" {\n}\n",
	    "h.conf:2: listen \"f:p\": not a name of letters, digits, . _ -" },
	{ TLS FTP FTP, "h.conf:3: listen \"ftp\" is given twice" },
	{ TLS "listen \"ftp\" { }\n",
	    "h.conf:2: listen \"ftp\": backend is missing" },
	{ TLS "listen \"ftp\" {\n address = { \"localhost:21\" }\n}\n",
	    "h.conf:3: address = \"localhost:21\": "
	    "not an IP address with a port" },
	{ TLS "listen \"ftp\" {\n address = { \"127.0.0.1\" }\n}\n",
	    "h.conf:3: address = \"127.0.0.1\": "
	    "not an IP address with a port" },
	{ TLS "listen \"ftp\" {\n send-proxy = v1\n}\n",
	    "h.conf:3: send-proxy = \"v1\": not one of off, v2" },
	{ TLS "listen \"ftp\" {\n accept-proxy = { \"proxy\" }\n}\n",
	    "h.conf:3: accept-proxy = \"proxy\": not an address pattern" },
	{ TLS "listen \"ftp\" {\n accept-proxy = { \"10.0.0.1/8\" }\n}\n",
	    "h.conf:3: accept-proxy = \"10.0.0.1/8\": "
	    "the address has bits outside of its mask" },
	{ TLS "listen \"ftp\" {\n backend = \"127.0.0.1:0\"\n}\n",
	    "h.conf:3: backend = \"127.0.0.1:0\": "
	    "not an IP address with a port, with or without link: in front, "
	    "nor unix:/PATH" },
	{ TLS "listen \"ftp\" {\n backend = \"unix:run\"\n}\n",
	    "h.conf:3: backend = \"unix:run\": "
	    "not an IP address with a port, with or without link: in front, "
	    "nor unix:/PATH" },
	{ TLS "listen \"ftp\" {\n\n backend = \"unix:/run/x\"\n}\n",
	    "h.conf:4: backend = unix: only with protocol = stream" },
	{ TLS "listen \"ftp\" {\n protocol = http\n}\n",
	    "h.conf:3: protocol = \"http\": not one of ftp, stream, "
	    "postgresql, imap, pop3, smtp" },
	{ TLS "listen \"ftp\" {\n tls = starttls\n}\n",
	    "h.conf:3: tls = \"starttls\": not one of explicit, implicit, "
	    "link" },
	{ TLS "listen \"pop\" {\n protocol = stream\n tls = explicit\n"
	      " backend = \"127.0.0.1:110\"\n}\n",
	    "h.conf:4: tls = explicit: not with protocol = stream" },
	{ TLS "listen \"pop\" {\n protocol = stream\n"
	      " passive-ports = \"1-2\"\n backend = \"127.0.0.1:110\"\n}\n",
	    "h.conf:4: passive-ports: only with protocol = ftp" },
	{ TLS "listen \"ftp\" {\n idle-timeout = 1\n"
	      " backend = \"127.0.0.1:1\"\n}\n",
	    "h.conf:3: idle-timeout: only with protocol = stream, "
	    "postgresql, imap, pop3, smtp" },
	{ TLS "listen \"pop\" {\n protocol = stream\n login-timeout = 1\n"
	      " backend = \"127.0.0.1:110\"\n}\n",
	    "h.conf:4: login-timeout: only with protocol = ftp, postgresql, "
	    "imap, pop3, smtp" },
	{ TLS "listen \"pg\" {\n protocol = postgresql\n"
	      " backend = \"unix:/run/pg\"\n}\n",
	    "h.conf:4: backend = unix: only with protocol = stream" },
	{ TLS "listen \"ftp\" {\n backend-source = some\n}\n",
	    "h.conf:3: backend-source = \"some\": "
	    "not one of any, per-session" },
	{ TLS "listen \"i\" {\n protocol = stream\n"
	      " backend-source = per-session\n send-proxy = v2\n"
	      " backend = \"127.0.0.1:143\"\n}\n",
	    "h.conf:5: send-proxy: not with backend-source = per-session, "
	    "which needs the address that it would hide" },
	{ TLS "listen \"ftp\" {\n backend-source = per-session\n"
	      " backend = \"127.0.0.1:21\"\n}\n",
	    "h.conf:3: backend-source = per-session: "
	    "not with protocol = ftp" },
#define ELSEWHERE(backend)                                         \
	{                                                          \
		TLS "listen \"pop\" {\n protocol = stream\n"       \
		    " backend-source = per-session\n"              \
		    " backend = \"" backend "\"\n}\n",             \
		    "h.conf:4: backend-source = per-session: only" \
		    " with a backend in 127.0.0.0/8, and not in"   \
		    " 127.64.0.0/10"                               \
	}
	ELSEWHERE("unix:/run/x"),
	ELSEWHERE("[::1]:110"),
	ELSEWHERE("192.0.2.1:110"),
	ELSEWHERE("127.64.1.2:110"),
	{ TLS "listen \"ftp\" {\n client-certificate = demand\n}\n",
	    "h.conf:3: client-certificate = \"demand\": "
	    "not one of none, request, require" },
	{ TLS "listen \"ftp\" {\n client-certificate = require\n"
	      " backend = \"127.0.0.1:2121\"\n}\n",
	    "h.conf:3: client-certificate = require: "
	    "client-ca is missing in tls" },
	{ TLS "listen \"ftp\" {\n data-session = new\n}\n",
	    "h.conf:3: data-session = \"new\": "
	    "not one of any, prefer, certificate, resumed" },
	{ TLS "listen \"ftp\" {\n backend-data = port\n}\n",
	    "h.conf:3: backend-data = \"port\": "
	    "not one of active, passive" },
	{ TLS "listen \"ftp\" {\n backend-passive-ports = \"1023-2000\"\n}\n",
	    "h.conf:3: backend-passive-ports = \"1023-2000\": "
	    "not a range of ports, LOW-HIGH, from 1024 on" },
	{ TLS "listen \"pop\" {\n protocol = stream\n"
	      " backend-data = active\n backend = \"127.0.0.1:110\"\n}\n",
	    "h.conf:4: backend-data: only with protocol = ftp" },
	{ TLS "listen \"ftp\" {\n passive-ports = \"2000-1000\"\n}\n",
	    "h.conf:3: passive-ports = \"2000-1000\": "
	    "not a range of ports, LOW-HIGH" },
	{ TLS "listen \"ftp\" {\n passive-ports = \"0-10\"\n}\n",
	    "h.conf:3: passive-ports = \"0-10\": "
	    "not a range of ports, LOW-HIGH" },
	{ TLS "listen \"ftp\" {\n passive-ports = \"1-65536\"\n}\n",
	    "h.conf:3: passive-ports = \"1-65536\": "
	    "not a range of ports, LOW-HIGH" },
	{ TLS "listen \"ftp\" {\n passive-address = \"300.0.0.1\"\n}\n",
	    "h.conf:3: passive-address = \"300.0.0.1\": "
	    "not an IP address, nor a host name" },
	{ TLS "listen \"ftp\" {\n passive-address = \"-x.example\"\n}\n",
	    "h.conf:3: passive-address = \"-x.example\": "
	    "not an IP address, nor a host name" },
	{ TLS "listen \"ftp\" {\n implicit-prot = S\n}\n",
	    "h.conf:3: implicit-prot = \"S\": not one of C, P" },
	{ TLS "listen \"ftp\" {\n max-sessions = -1\n}\n",
	    "h.conf:3: max-sessions = \"-1\": not in 0 ... 1000000" },
	{ TLS "listen \"ftp\" {\n login-timeout = 0\n}\n",
	    "h.conf:3: login-timeout = \"0\": not in 1 ... 3600" },
	{ TLS "listen \"ftp\" {\n max-unauthenticated = \"9:30:8\"\n}\n",
	    "h.conf:3: max-unauthenticated = \"9:30:8\": "
	    "not of the form BEGIN:RATE:FULL, nor 0" },
	{ TLS "listen \"ftp\" {\n max-unauthenticated = \"1:0:8\"\n}\n",
	    "h.conf:3: max-unauthenticated = \"1:0:8\": "
	    "not of the form BEGIN:RATE:FULL, nor 0" },
	{ TLS "listen \"pop\" {\n protocol = stream\n"
	      " failed-login-delay = 1\n backend = \"127.0.0.1:110\"\n}\n",
	    "h.conf:4: failed-login-delay: only with protocol = ftp, imap, "
	    "pop3, smtp" },
};

START_TEST(a_mistake_is_told_with_its_line)
{
	check_mistake(faulty[_i].text, faulty[_i].message);
}
END_TEST

struct test_case
mistakes(void)
{
	return (
	    struct test_case){ a_mistake_is_told_with_its_line, ROWS(faulty) };
}
