/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Apache Commons Net, with JSSE as it is; arguments are as libraries.py says.
 */
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.Arrays;
import java.util.Iterator;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.apache.commons.net.ftp.FTP;
import org.apache.commons.net.ftp.FTPSClient;

public class Client {
	private static final char[] SECRET = "secret".toCharArray();

	private static KeyManagerFactory own(String identity)
	    throws Exception {
		KeyStore store = KeyStore.getInstance("PKCS12");
		KeyManagerFactory managers = KeyManagerFactory.getInstance(
		    KeyManagerFactory.getDefaultAlgorithm());

		try (InputStream in = new FileInputStream(identity + ".p12")) {
			store.load(in, SECRET);
		}
		managers.init(store, SECRET);
		return managers;
	}

	private static TrustManagerFactory trust(String ca) throws Exception {
		KeyStore store = KeyStore.getInstance(
		    KeyStore.getDefaultType());
		TrustManagerFactory managers = TrustManagerFactory.getInstance(
		    TrustManagerFactory.getDefaultAlgorithm());

		store.load(null, null);
		try (InputStream in = new FileInputStream(ca)) {
			store.setCertificateEntry("ca",
			    CertificateFactory.getInstance("X.509")
				.generateCertificate(in));
		}
		managers.init(store);
		return managers;
	}

	private static SSLContext context(String ca, String identity)
	    throws Exception {
		SSLContext tls = SSLContext.getInstance("TLS");

		tls.init(identity.isEmpty() ? null
		    : own(identity).getKeyManagers(),
		    trust(ca).getTrustManagers(), null);
		return tls;
	}

	private static void must(FTPSClient ftp, boolean result)
	    throws IOException {
		if (!result)
			throw new IOException(ftp.getReplyString());
	}

	private static void play(FTPSClient ftp, Iterator<String> words)
	    throws IOException {
		while (words.hasNext())
			switch (words.next()) {
			case "list":
				for (var file : ftp.listFiles())
					System.out.println(file.getName());
				break;
			case "get":
				must(ftp, ftp.retrieveFile(words.next(),
				    System.out));
				break;
			case "put":
				try (InputStream in =
				    new FileInputStream(words.next())) {
					must(ftp, ftp.storeFile(words.next(),
					    in));
				}
				break;
			}
	}

	public static void main(String[] args) throws Exception {
		FTPSClient ftp = new FTPSClient(args[0].equals("implicit"),
		    context(args[3], args[6]));

		ftp.setDefaultTimeout(30000);
		ftp.connect(args[1], Integer.parseInt(args[2]));
		must(ftp, ftp.login(args[4], args[5]));
		ftp.execPBSZ(0);
		ftp.execPROT("P");
		ftp.enterLocalPassiveMode();
		must(ftp, ftp.setFileType(FTP.BINARY_FILE_TYPE));
		play(ftp, Arrays.asList(args).subList(7, args.length)
		    .iterator());
		must(ftp, ftp.logout());
		ftp.disconnect();
		System.out.flush();
	}
}
