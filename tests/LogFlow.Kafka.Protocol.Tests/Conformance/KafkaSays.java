import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.PrintStream;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.protocol.Readable;

/**
 * Reads lines "CLASS VERSION HEX", decodes the bytes with Apache Kafka's own class, and prints for each line
 * "BYTES-LEFT HEX-WHEN-WRITTEN-AGAIN JSON", or "refused MESSAGE".
 */
public class KafkaSays {
    public static void main(String[] args) throws Exception {
        try (BufferedReader in = Files.newBufferedReader(Path.of(args[0]));
                PrintStream out = new PrintStream(args[1], StandardCharsets.UTF_8)) {
            for (String line; (line = in.readLine()) != null; ) {
                String[] words = line.split(" ", -1);
                out.println(answer(words[0], Short.parseShort(words[1]), HexFormat.of().parseHex(words[2])));
            }
        }
    }

    private static String answer(String name, short version, byte[] bytes) {
        try {
            Class<?> type = Class.forName("org.apache.kafka.common.message." + name);
            ByteBufferAccessor input = new ByteBufferAccessor(ByteBuffer.wrap(bytes));
            Message message = (Message) type.getConstructor(Readable.class, short.class).newInstance(input, version);

            ObjectSerializationCache cache = new ObjectSerializationCache();
            ByteBuffer again = ByteBuffer.allocate(message.size(cache, version));
            message.write(new ByteBufferAccessor(again), cache, version);

            Method toJson = Class.forName(type.getName() + "JsonConverter").getMethod("write", type, short.class);
            JsonNode json = (JsonNode) toJson.invoke(null, message, version);
            return input.remaining() + " " + HexFormat.of().formatHex(again.array()) + " " + json;
        } catch (Exception e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            return "refused " + cause.toString().replace('\n', ' ');
        }
    }
}
