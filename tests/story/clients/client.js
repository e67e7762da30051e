/* SPDX-License-Identifier: BSD-2-Clause
 *
 * basic-ftp, with OpenSSL; arguments are as libraries.py says.
 */
"use strict";
const fs = require("fs");
const stream = require("stream");
const ftp = require("basic-ftp");

const [tls, host, port, ca, user, password, identity, ...words] =
    process.argv.slice(2);

/* What is downloaded to is ended with it, and that must not be stdout. */
const output = () => new stream.Writable({
	write: (part, _, done) => process.stdout.write(part, done) });

const commands = {
	list: async (client) => {
		for (const file of await client.list())
			console.log(file.name);
	},
	get: (client) => client.downloadTo(output(), words.shift()),
	put: (client) => client.uploadFrom(words.shift(), words.shift()),
};

async function main()
{
	const client = new ftp.Client(30000);
	const secureOptions = { host, ca: fs.readFileSync(ca) };

	if (identity) {
		secureOptions.cert = fs.readFileSync(identity + ".pem");
		secureOptions.key = fs.readFileSync(identity + ".key");
	}
	await client.access({ host, port: Number(port), user, password,
	    secure: tls === "implicit" ? "implicit" : true, secureOptions });
	while (words.length > 0)
		await commands[words.shift()](client);
	await client.send("QUIT");
	client.close();
}

main().catch((error) => {
	console.error(error);
	process.exit(1);
});
