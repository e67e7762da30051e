/* SPDX-License-Identifier: BSD-2-Clause
 *
 * github.com/jlaffaye/ftp, with Go's own TLS and its session cache, as
 * programs have it; arguments are as libraries.py says.
 */
package main

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"os"
	"time"

	"github.com/jlaffaye/ftp"
)

const timeout = 30 * time.Second

func must(err error) {
	if err != nil {
		os.Stderr.WriteString(err.Error() + "\n")
		os.Exit(1)
	}
}

func config(host, ca, identity string) *tls.Config {
	pem, err := os.ReadFile(ca)
	must(err)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	conf := &tls.Config{
		ServerName:         host,
		RootCAs:            roots,
		ClientSessionCache: tls.NewLRUClientSessionCache(8),
	}
	if identity != "" {
		own, err := tls.LoadX509KeyPair(identity+".pem", identity+".key")
		must(err)
		conf.Certificates = []tls.Certificate{own}
	}
	return conf
}

/*
 * The library's own way to TLS on data connections waits for the handshake
 * before it sends the command, in its older releases, and servers wait for the
 * command.  Programs (rclone, say) dial for themselves.
 */
func dial(mode string, conf *tls.Config) ftp.DialOption {
	isPlain := mode == "explicit"
	return ftp.DialWithDialFunc(
		func(network, address string) (net.Conn, error) {
			c, err := net.DialTimeout(network, address, timeout)
			if isPlain || err != nil {
				isPlain = false
				return c, err
			}
			return tls.Client(c, conf), nil
		})
}

func list(c *ftp.ServerConn) {
	entries, err := c.List("")
	must(err)
	for _, entry := range entries {
		os.Stdout.WriteString(entry.Name + "\n")
	}
}

func get(c *ftp.ServerConn, name string) {
	file, err := c.Retr(name)
	must(err)
	_, err = io.Copy(os.Stdout, file)
	must(err)
	must(file.Close())
}

func put(c *ftp.ServerConn, path, name string) {
	file, err := os.Open(path)
	must(err)
	must(c.Stor(name, file))
	must(file.Close())
}

func main() {
	mode, host, words := os.Args[1], os.Args[2], os.Args[8:]
	conf := config(host, os.Args[4], os.Args[7])
	secured := ftp.DialWithExplicitTLS
	if mode == "implicit" {
		secured = ftp.DialWithTLS
	}
	c, err := ftp.Dial(net.JoinHostPort(host, os.Args[3]), secured(conf),
		dial(mode, conf))
	must(err)
	must(c.Login(os.Args[5], os.Args[6]))
	for len(words) > 0 {
		switch words[0] {
		case "list":
			list(c)
			words = words[1:]
		case "get":
			get(c, words[1])
			words = words[2:]
		case "put":
			put(c, words[1], words[2])
			words = words[3:]
		}
	}
	must(c.Quit())
}
