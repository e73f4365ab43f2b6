package org.orderway.testing;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A device that speaks as much MQTT 3.1.1 as it takes to publish a reading and to know that it arrived (quality of service 1). */
public final class Mqtt implements AutoCloseable {

    private static final int CONNECT = 0x10;
    private static final int CONNACK = 0x20;
    private static final int PUBLISH_AT_LEAST_ONCE = 0x32;
    private static final int PUBACK = 0x40;
    private static final int DISCONNECT = 0xE0;
    private static final int USER_PASSWORD_CLEAN = 0xC2;

    private final Socket socket;
    private final DataOutputStream out;
    private final DataInputStream in;

    public Mqtt(String address, String user, String password) throws IOException {
        String[] both = address.split(":");
        socket = new Socket(both[0], Integer.parseInt(both[1]));
        socket.setSoTimeout(10_000);
        out = new DataOutputStream(socket.getOutputStream());
        in = new DataInputStream(socket.getInputStream());
        var connect = new ByteArrayOutputStream();
        var fields = new DataOutputStream(connect);
        fields.writeUTF("MQTT");
        fields.writeByte(4);
        fields.writeByte(USER_PASSWORD_CLEAN);
        fields.writeShort(60);
        fields.writeUTF("orderway-test");
        fields.writeUTF(user);
        fields.writeUTF(password);
        send(CONNECT, connect.toByteArray());
        expect(CONNACK, 0);
    }

    /** Publishes, and returns when the broker has taken it. */
    public void publish(String topic, String text) throws IOException {
        var publish = new ByteArrayOutputStream();
        var fields = new DataOutputStream(publish);
        fields.writeUTF(topic);
        fields.writeShort(1);
        fields.write(text.getBytes(StandardCharsets.UTF_8));
        send(PUBLISH_AT_LEAST_ONCE, publish.toByteArray());
        expect(PUBACK, 1);
    }

    private void send(int kind, byte[] rest) throws IOException {
        out.writeByte(kind);
        int length = rest.length;
        do {
            out.writeByte(length % 128 | (length > 127 ? 128 : 0));
            length /= 128;
        } while (length > 0);
        out.write(rest);
        out.flush();
    }

    /** Both answers have two bytes: flags and return code, or the number of what was published. */
    private void expect(int kind, int last) throws IOException {
        int is = in.readUnsignedByte();
        int length = in.readUnsignedByte();
        in.readUnsignedByte();
        int code = in.readUnsignedByte();
        if (is != kind || length != 2 || code != last) {
            throw new IOException("The MQTT broker answered %x, %d bytes, %d".formatted(is, length, code));
        }
    }

    @Override
    public void close() throws IOException {
        out.write(new byte[] {(byte) DISCONNECT, 0});
        socket.close();
    }
}
