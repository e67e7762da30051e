# SPDX-License-Identifier: BSD-2-Clause
#
# Net::FTP, with OpenSSL; arguments are as libraries.py says.  It has no implicit
# TLS before Ruby 3.2.
require "net/ftp"

_, host, port, ca, user, password, identity, *words = ARGV
ssl = { ca_file: ca, verify_mode: OpenSSL::SSL::VERIFY_PEER }
unless identity.empty?
  ssl[:cert] = OpenSSL::X509::Certificate.new(File.read("#{identity}.pem"))
  ssl[:key] = OpenSSL::PKey.read(File.read("#{identity}.key"))
end

ftp = Net::FTP.new(host, port: port.to_i, ssl: ssl, passive: true,
                   open_timeout: 30, read_timeout: 30)
ftp.login(user, password)
commands = {
  "list" => -> { puts ftp.list },
  "get" => -> { ftp.getbinaryfile(words.shift, nil) { |part| print part } },
  "put" => -> { ftp.putbinaryfile(words.shift, words.shift) }
}
$stdout.binmode
commands.fetch(words.shift).call until words.empty?
ftp.quit
ftp.close
