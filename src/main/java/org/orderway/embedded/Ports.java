package org.orderway.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** Ports of the embedded servers, all on loopback. */
final class Ports {

    static final String LOOPBACK = "127.0.0.1";

    private Ports() {}

    /** Returns the port, or a free one for 0; fails with what to do when another program holds it. */
    static int claim(int port, String server, String setting) {
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByName(LOOPBACK), port));
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new EmbeddedStartException(
                    "Port %d, which the embedded %s needs, is in use or may not be opened (%s)."
                            .formatted(port, server, e.getMessage()),
                    "Stop the program that holds it, or choose another port with %s (0 takes a free one)."
                            .formatted(setting),
                    e);
        }
    }
}
