package org.orderway.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;

/**
 * A certificate made for this run by the JDK's keytool, its own authority, for one host name.
 *
 * @param certificate as PEM
 * @param key         as PEM
 * @param store       both as PKCS12
 */
public record Certificate(Path certificate, Path key, Path store) {

    public static final String STORE_PASSWORD = "changeit";

    private static final String ALIAS = "ours";

    /** A new one, in a folder of its own below target. */
    public static Certificate of(String host) throws IOException, GeneralSecurityException, InterruptedException {
        Path folder =
                Files.createTempDirectory(Path.of("target"), "certificate-").toAbsolutePath();
        Path store = folder.resolve("store.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        ALIAS,
                        "-keyalg",
                        "RSA",
                        "-keysize",
                        "2048",
                        "-validity",
                        "2",
                        "-dname",
                        "CN=" + host,
                        "-ext",
                        "san=dns:" + host,
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        STORE_PASSWORD)
                .redirectErrorStream(true)
                .start();
        String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (keytool.waitFor() != 0) {
            throw new IllegalStateException(said);
        }
        KeyStore made = KeyStore.getInstance(store.toFile(), STORE_PASSWORD.toCharArray());
        return new Certificate(
                pem(
                        folder.resolve("cert.pem"),
                        "CERTIFICATE",
                        made.getCertificate(ALIAS).getEncoded()),
                pem(
                        folder.resolve("key.pem"),
                        "PRIVATE KEY",
                        made.getKey(ALIAS, STORE_PASSWORD.toCharArray()).getEncoded()),
                store);
    }

    private static Path pem(Path file, String kind, byte[] bytes) throws IOException {
        String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
        return Files.writeString(file, "-----BEGIN " + kind + "-----\n" + lines + "\n-----END " + kind + "-----\n");
    }
}
