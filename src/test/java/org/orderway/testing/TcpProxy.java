package org.orderway.testing;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A network to cut: passes TCP connections on to a server until told otherwise. The mode counts for the connections that are
 * open as well as for new ones.
 */
public final class TcpProxy implements AutoCloseable {

    /** What happens to the connections. */
    private enum Mode {
        PASS,
        REFUSE,
        RESET,
        BLACK_HOLE
    }

    private final InetSocketAddress server;
    private final int port;
    private final Set<Link> links = ConcurrentHashMap.newKeySet();

    // All guarded by this; whoever waits for a change of mode waits on this.
    private ServerSocket door;
    private Thread doorman;
    private Mode mode = Mode.PASS;
    private Duration delay = Duration.ZERO;
    private boolean closed;

    private TcpProxy(InetSocketAddress server) throws IOException {
        this.server = server;
        this.door = open(0);
        this.port = door.getLocalPort();
    }

    /** A proxy before the given server, on a free port of 127.0.0.1. */
    public static TcpProxy to(String host, int port) {
        try {
            return new TcpProxy(new InetSocketAddress(host, port));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Where to connect instead of to the server; it stays the same whatever the mode. */
    public int port() {
        return port;
    }

    /** All is well again. What a black hole has held back arrives now, as it would when a cable is plugged in again. */
    public void pass() {
        change(Mode.PASS, Duration.ZERO);
    }

    /** As if the server's process were gone: open connections end, new ones are refused. */
    public void refuse() {
        change(Mode.REFUSE, Duration.ZERO);
    }

    /** As if a firewall or a crash threw everyone out: open connections and new ones are reset. */
    public void reset() {
        change(Mode.RESET, Duration.ZERO);
    }

    /** As if the cable were unplugged: nobody is told anything, and nothing arrives. */
    public void blackHole() {
        change(Mode.BLACK_HOLE, Duration.ZERO);
    }

    /** A slow network: each piece that is sent, in either direction, arrives this much later, and the next one after it. */
    public void delay(Duration delay) {
        change(Mode.PASS, delay);
    }

    /** How many connections are open now. */
    public int connections() {
        return links.size();
    }

    @Override
    public synchronized void close() {
        closed = true;
        refuse();
    }

    private synchronized void change(Mode next, Duration nextDelay) {
        mode = next;
        delay = nextDelay;
        try {
            if (next == Mode.REFUSE) {
                door.close();
                doorman.join(); // while it still is in accept(), the system goes on taking connections
            } else if (door.isClosed() && !closed) {
                door = open(port);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new IllegalStateException("The proxy's port " + port + " cannot be had back", e);
        }
        if (next == Mode.REFUSE || next == Mode.RESET) {
            links.forEach(Link::end);
        }
        notifyAll();
    }

    private ServerSocket open(int port) throws IOException {
        ServerSocket opened = new ServerSocket();
        opened.setReuseAddress(true);
        opened.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        doorman = daemon("accept", () -> accept(opened));
        return opened;
    }

    private void accept(ServerSocket from) {
        while (!from.isClosed()) {
            try {
                Socket client = from.accept();
                daemon("link", () -> link(client));
            } catch (IOException e) {
                // closed, which the loop sees; any other failed connection is the client's own
            }
        }
    }

    private void link(Socket client) {
        Link link = new Link(client, new Socket());
        links.add(link);
        try {
            if (waitToPass() == Mode.PASS) {
                link.server.connect(server, 5000);
                link.client.setTcpNoDelay(true);
                link.server.setTcpNoDelay(true);
                daemon("back", () -> pump(link, link.server, link.client));
                pump(link, link.client, link.server);
                return;
            }
        } catch (IOException e) {
            // no server behind the proxy: the client is thrown out below
        }
        link.end();
    }

    private void pump(Link link, Socket from, Socket to) {
        byte[] buffer = new byte[16 * 1024];
        try {
            for (int read = from.getInputStream().read(buffer);
                    read >= 0;
                    read = from.getInputStream().read(buffer)) {
                if (waitToPass() != Mode.PASS) {
                    break;
                }
                to.getOutputStream().write(buffer, 0, read);
            }
        } catch (IOException e) {
            // either end has gone: so does the other
        }
        waitToPass();
        link.end();
    }

    /** Waits while nothing may pass, then for the delay; tells the mode that then is. */
    private synchronized Mode waitToPass() {
        try {
            long until = System.nanoTime() + delay.toNanos();
            while (mode == Mode.BLACK_HOLE || (mode == Mode.PASS && until - System.nanoTime() > 0)) {
                long left = (until - System.nanoTime()) / 1_000_000;
                wait(mode == Mode.BLACK_HOLE ? 0 : Math.max(1, left));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Mode.RESET;
        }
        return mode;
    }

    private synchronized boolean resets() {
        return mode == Mode.RESET;
    }

    private static Thread daemon(String name, Runnable work) {
        Thread thread = new Thread(work, "tcp-proxy-" + name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private final class Link {
        private final Socket client;
        private final Socket server;

        private Link(Socket client, Socket server) {
            this.client = client;
            this.server = server;
        }

        private void end() {
            if (!links.remove(this)) {
                return;
            }
            for (Socket socket : new Socket[] {client, server}) {
                try (Closeable end = socket) {
                    if (resets()) {
                        socket.setSoLinger(true, 0); // makes the close a reset
                    }
                } catch (IOException e) {
                    // it was gone already
                }
            }
        }
    }
}
