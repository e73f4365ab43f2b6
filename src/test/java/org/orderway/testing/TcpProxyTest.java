package org.orderway.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TcpProxyTest {

    private ServerSocket echo;
    private TcpProxy proxy;

    @BeforeEach
    void startAnEchoServerBehindAProxy() throws IOException {
        echo = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread thread = new Thread(this::echo);
        thread.setDaemon(true);
        thread.start();
        proxy = TcpProxy.to("127.0.0.1", echo.getLocalPort());
    }

    @AfterEach
    void stop() throws IOException {
        proxy.close();
        echo.close();
    }

    @Test
    void passesBothWaysAndSeesTheEnd() throws IOException {
        try (Socket socket = connect()) {
            assertThat(ask(socket, 7)).isEqualTo(7);
            assertThat(proxy.connections()).isEqualTo(1);
        }
        await().until(() -> proxy.connections() == 0);
    }

    @Test
    void refusesAndComesBackOnTheSamePort() throws IOException {
        try (Socket open = connect()) {
            assertThat(ask(open, 1)).isEqualTo(1);
            proxy.refuse();
            assertThat(open.getInputStream().read()).isEqualTo(-1);
            assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);
        }
        proxy.pass();
        try (Socket again = connect()) {
            assertThat(ask(again, 2)).isEqualTo(2);
        }
    }

    @Test
    void resetsOpenConnectionsAndNewOnes() throws IOException {
        try (Socket open = connect()) {
            assertThat(ask(open, 1)).isEqualTo(1);
            proxy.reset();
            assertThatThrownBy(() -> open.getInputStream().read())
                    .isInstanceOf(SocketException.class)
                    .hasMessageContaining("reset");
        }
        try (Socket fresh = connect()) {
            assertThatThrownBy(() -> fresh.getInputStream().read()).isInstanceOf(SocketException.class);
        }
    }

    @Test
    void swallowsInABlackHoleAndDeliversOnceMended() throws IOException {
        try (Socket open = connect()) {
            assertThat(ask(open, 1)).isEqualTo(1);
            proxy.blackHole();
            open.setSoTimeout(300);
            assertThatThrownBy(() -> ask(open, 2)).isInstanceOf(SocketTimeoutException.class);

            proxy.pass();
            open.setSoTimeout(10_000);
            assertThat(open.getInputStream().read()).isEqualTo(2);
        }
    }

    @Test
    void delaysEachWay() throws IOException {
        try (Socket socket = connect()) {
            proxy.delay(Duration.ofMillis(150));
            long start = System.nanoTime();
            assertThat(ask(socket, 9)).isEqualTo(9);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(300));
        }
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
        socket.setSoTimeout(10_000);
        return socket;
    }

    private static int ask(Socket socket, int question) throws IOException {
        socket.getOutputStream().write(question);
        return socket.getInputStream().read();
    }

    private void echo() {
        while (!echo.isClosed()) {
            try {
                Socket socket = echo.accept();
                Thread thread = new Thread(() -> {
                    try (socket) {
                        socket.getInputStream().transferTo(socket.getOutputStream());
                    } catch (IOException e) {
                        // the test has cut it
                    }
                });
                thread.setDaemon(true);
                thread.start();
            } catch (IOException e) {
                // closed
            }
        }
    }
}
