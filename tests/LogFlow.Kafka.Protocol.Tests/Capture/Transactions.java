import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;

/** What the command-line tools do not do: a transaction with offsets, and the log directories. Argument: the address. */
public class Transactions {
    public static void main(String[] args) throws Exception {
        Map<String, Object> config = Map.of("bootstrap.servers", args[0], "transactional.id", "golden-txn");
        try (var producer = new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>("golden-sink", 0, 1700000000000L, "key", "in a transaction"));
            producer.sendOffsetsToTransaction(
                Map.of(new TopicPartition("golden", 0), new OffsetAndMetadata(1, "note")),
                new ConsumerGroupMetadata("golden-copier"));
            producer.commitTransaction();
        }
        try (var admin = Admin.create(Map.of("bootstrap.servers", args[0]))) {
            System.out.println(admin.describeLogDirs(List.of(1)).allDescriptions().get().size());
        }
    }
}
