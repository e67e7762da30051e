<?php
/* SPDX-License-Identifier: BSD-2-Clause
 *
 * PHP's own, with OpenSSL; arguments are as libraries.py says.  It knows neither
 * implicit TLS nor client certificates, and believes any server's certificate.
 */
[, $tls, $host, $port, , $user, $password] = $argv;
$words = array_slice($argv, 8);

set_error_handler(function (int $level, string $text) {
	fwrite(STDERR, "$text\n");
	exit(1);
});
$ftp = ftp_ssl_connect($host, (int)$port, 30);
ftp_login($ftp, $user, $password);
ftp_pasv($ftp, true);

$commands = [
	"list" => fn() => print(implode("\n", ftp_rawlist($ftp, "")) . "\n"),
	"get" => function () use ($ftp, &$words) {
		ftp_get($ftp, "php://stdout", array_shift($words), FTP_BINARY);
	},
	"put" => function () use ($ftp, &$words) {
		[$path, $name] = array_splice($words, 0, 2);
		ftp_put($ftp, $name, $path, FTP_BINARY);
	},
];
while ($word = array_shift($words))
	$commands[$word]();
ftp_close($ftp);
