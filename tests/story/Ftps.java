/* SPDX-License-Identifier: BSD-2-Clause
 *
 * java Ftps.java PORT CA USER PASSWORD VERSION NAME COUNT: log in over explicit
 * TLS, download NAME so often, and print what came.  JSSE resumes sessions of
 * the same host and port only; so what it has of the control connection is put
 * into its cache for the data connection, too, as programs do.
 */
import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.Socket;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

public class Ftps {
	private static final String HOST = "localhost";
	private final SSLContext tls;
	private final String version;
	private BufferedReader in;
	private OutputStream out;

	private Ftps(String ca, String version) throws Exception {
		KeyStore trust = KeyStore.getInstance(
		    KeyStore.getDefaultType());
		TrustManagerFactory managers = TrustManagerFactory.getInstance(
		    TrustManagerFactory.getDefaultAlgorithm());

		tls = SSLContext.getInstance("TLS");
		trust.load(null, null);
		trust.setCertificateEntry("ca",
		    CertificateFactory.getInstance("X.509")
			.generateCertificate(new FileInputStream(ca)));
		managers.init(trust);
		tls.init(null, managers.getTrustManagers(), null);
		this.version = version;
	}

	/* The last line of the reply, which begins with `expected`. */
	private String reply(String expected) throws IOException {
		String line;

		do {
			line = in.readLine();
			if (line == null)
				throw new IOException("the connection ended");
		} while (!line.matches("\\d{3} .*"));
		if (!line.startsWith(expected))
			throw new IOException(line);
		return line;
	}

	private String ask(String line, String expected) throws IOException {
		out.write((line + "\r\n").getBytes("UTF-8"));
		return reply(expected);
	}

	private void speak(Socket socket) throws IOException {
		in = new BufferedReader(
		    new InputStreamReader(socket.getInputStream(), "UTF-8"));
		out = socket.getOutputStream();
	}

	private SSLSocket secure(Socket socket) throws IOException {
		SSLSocket secured = (SSLSocket)tls.getSocketFactory()
		    .createSocket(socket, HOST, socket.getPort(), true);

		secured.setEnabledProtocols(new String[] { version });
		return secured;
	}

	/* In TLS 1.3 the cache has what the newest ticket is for. */
	private void lend(SSLSession session, int port) throws Exception {
		Object context = session.getSessionContext(), cache, newest;
		var field = context.getClass().getDeclaredField(
		    "sessionHostPortCache");

		field.setAccessible(true);
		cache = field.get(context);
		var get = cache.getClass().getDeclaredMethod(
		    "get", Object.class);
		var put = cache.getClass().getDeclaredMethod(
		    "put", Object.class, Object.class);
		get.setAccessible(true);
		put.setAccessible(true);
		newest = get.invoke(cache, HOST + ":" + session.getPeerPort());
		put.invoke(cache, HOST + ":" + port,
		    newest != null ? newest : session);
	}

	private void download(String name, SSLSession session)
	    throws Exception {
		Matcher found = Pattern.compile("\\|(\\d+)\\|")
		    .matcher(ask("EPSV", "229"));

		found.find();
		int port = Integer.parseInt(found.group(1));
		lend(session, port);
		try (SSLSocket data = secure(new Socket(HOST, port))) {
			ask("RETR " + name, "150");
			data.getInputStream().transferTo(System.out);
		}
		reply("226");
	}

	private void run(int port, String user, String password, String name,
	    int count) throws Exception {
		Socket raw = new Socket(HOST, port);

		speak(raw);
		reply("220");
		ask("AUTH TLS", "234");
		SSLSocket control = secure(raw);
		speak(control);
		ask("USER " + user, "331");
		ask("PASS " + password, "230");
		ask("PBSZ 0", "200");
		ask("PROT P", "200");
		for (int i = 0; i < count; i++)
			download(name, control.getSession());
		ask("QUIT", "221");
	}

	public static void main(String[] args) throws Exception {
		new Ftps(args[1], args[4])
		    .run(Integer.parseInt(args[0]), args[2], args[3], args[5],
			Integer.parseInt(args[6]));
		System.out.flush();
	}
}
