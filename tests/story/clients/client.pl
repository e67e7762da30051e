# SPDX-License-Identifier: BSD-2-Clause
#
# Net::FTP, with IO::Socket::SSL; arguments are as libraries.py says.
use strict;
use warnings;
use IO::Socket::SSL;
use Net::FTP;

my ($tls, $host, $port, $ca, $user, $password, $identity, @words) = @ARGV;
my %options = (
	Port => $port, Timeout => 30, SSL => $tls eq "implicit",
	SSL_ca_file => $ca, SSL_verify_mode => SSL_VERIFY_PEER,
);
@options{qw(SSL_cert_file SSL_key_file)} = ("$identity.pem", "$identity.key")
    if $identity;
my $ftp = Net::FTP->new($host, %options) or die "connect: $@";

sub must {
	my ($result, $what) = @_;
	die "$what: " . $ftp->code . " " . $ftp->message unless $result;
	return $result;
}

my %commands = (
	list => sub { print join("\n", @{must(scalar $ftp->dir, "LIST")}), "\n" },
	get => sub { must($ftp->get(shift @words, \*STDOUT), "RETR") },
	put => sub { must($ftp->put(splice @words, 0, 2), "STOR") },
	# The server chooses the name, and says it.
	unique => sub {
		print must($ftp->put_unique(shift @words), "STOU"), "\n";
	},
);

must($ftp->starttls, "AUTH") if $tls eq "explicit";
must($ftp->login($user, $password), "login");
must($ftp->prot("P"), "PROT");
must($ftp->binary, "TYPE");
$| = 1;
while (my $word = shift @words) {
	$commands{$word}->();
}
must($ftp->quit, "QUIT");
