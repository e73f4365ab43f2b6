package org.orderway.broker;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A network between us and a broker that tests can break: not there, broken off, or silent in the broker's direction. */
class BrokerProxy implements AutoCloseable {

    private final String host;
    private final int target;
    private final int port;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private volatile ServerSocket server;
    private volatile boolean silent;

    /** Takes a free port, but does not listen before {@link #open()}. */
    BrokerProxy(String host, int target) throws IOException {
        this.host = host;
        this.target = target;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            this.port = free.getLocalPort();
        }
    }

    int port() {
        return port;
    }

    void open() throws IOException {
        server = new ServerSocket(port, 50, InetAddress.getLoopbackAddress());
        start(() -> {
            while (true) {
                Socket client = server.accept();
                Socket broker = new Socket(host, target);
                sockets.addAll(List.of(client, broker));
                start(() -> pump(client, broker, false));
                start(() -> pump(broker, client, true));
            }
        });
    }

    /** Whether the broker's answers are held back. */
    void silence(boolean on) {
        silent = on;
    }

    void breakOff() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
        sockets.clear();
    }

    @Override
    public void close() throws IOException {
        if (server != null) {
            server.close();
        }
        breakOff();
    }

    private void pump(Socket from, Socket to, boolean answers) throws Exception {
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream();
        byte[] buffer = new byte[8192];
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            while (answers && silent) {
                Thread.sleep(10);
            }
            out.write(buffer, 0, n);
            out.flush();
        }
        to.close();
    }

    private interface Work {
        void run() throws Exception;
    }

    private static void start(Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (Exception ended) {
                // A closed socket ends its thread.
            }
        });
        thread.setDaemon(true);
        thread.start();
    }
}
