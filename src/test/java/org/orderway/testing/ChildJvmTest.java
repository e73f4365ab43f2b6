package org.orderway.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChildJvmTest {

    @TempDir
    Path folder;

    @Test
    void aChildIsAwaitedThenKilledAtOnce() {
        int port = ChildJvm.freePort();
        try (ChildJvm child = ChildJvm.of(Answering.class, folder)
                .httpPort(port)
                .property("greeting", "hello")
                .argument(String.valueOf(port))
                .start()) {
            child.awaitHttp("/");
            assertThat(child.output()).contains("hello from " + folder.getFileName());

            child.kill();
            assertThat(child.isAlive()).isFalse();
            assertThat(child.output()).doesNotContain("in good order");
        }
    }

    @Test
    void aStoppedChildEndsInGoodOrder() {
        int port = ChildJvm.freePort();
        try (ChildJvm child = ChildJvm.of(Answering.class, folder)
                .httpPort(port)
                .argument(String.valueOf(port))
                .start()) {
            child.awaitHttp("/");

            assertThat(child.stop(Duration.ofSeconds(20))).isEqualTo(128 + 15);
            assertThat(child.output()).contains("in good order");
        }
    }

    @Test
    void aChildThatDiesIsReportedAtOnceWithWhatItSaid() {
        try (ChildJvm child =
                ChildJvm.of(Dying.class, folder).httpPort(ChildJvm.freePort()).start()) {
            assertThatThrownBy(() -> child.awaitHttp("/", Duration.ofMinutes(1)))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("ended with 3")
                    .hasMessageContaining("no broker, no orders");
            assertThat(child.awaitEnd(Duration.ofSeconds(1))).isEqualTo(3);
        }
    }

    static class Answering {
        public static void main(String[] args) throws IOException {
            InetSocketAddress address =
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0]));
            System.out.println(System.getProperty("greeting") + " from "
                    + Path.of("").toAbsolutePath().getFileName());
            Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("in good order")));
            HttpServer server = HttpServer.create(address, 0);
            server.createContext("/", exchange -> {
                exchange.sendResponseHeaders(200, -1);
                exchange.close();
            });
            server.start();
        }
    }

    static class Dying {
        public static void main(String[] args) {
            System.err.println("no broker, no orders");
            Runtime.getRuntime().halt(3);
        }
    }
}
