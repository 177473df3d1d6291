import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.OffsetOutOfRangeException;

/** Checks of records: written, found, and deleted. */
final class Records {
    private static final int MANY = 500;

    private Records() {}

    static void idempotent(Clients clients) throws Exception {
        clients.create("idempotent", 1);
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        // Small batches, so that several are under way at a time and their order matters.
        try (KafkaProducer<String, String> producer =
                clients.producer("enable.idempotence", "true", "batch.size", "200", "linger.ms", "0")) {
            for (int number = 0; number < MANY; number++) {
                sent.add(producer.send(Clients.record("idempotent", "value " + number)));
            }
        }
        for (int number = 0; number < MANY; number++) {
            Expect.equal((long) number, sent.get(number).get().offset());
        }
        List<String> values = clients.values("idempotent", "read_uncommitted");
        Expect.equal(MANY, values.size());
        Expect.equal("value " + (MANY - 1), values.get(MANY - 1));
    }

    /** Into a topic that is compacted, too: its batches are looked into. */
    static void compressed(Clients clients) throws Exception {
        for (String policy : List.of("delete", "compact")) {
            String topic = "compressed-" + policy;
            try (Admin admin = clients.admin()) {
                NewTopic created = new NewTopic(topic, 1, (short) 1).configs(Map.of("cleanup.policy", policy));
                admin.createTopics(List.of(created)).all().get();
            }
            List<String> expected = new ArrayList<>();
            for (String compression : List.of("none", "gzip", "snappy", "lz4", "zstd")) {
                try (KafkaProducer<String, String> producer =
                        clients.producer("compression.type", compression, "linger.ms", "20")) {
                    for (int number = 0; number < 50; number++) {
                        String value = compression + " " + "again and ".repeat(number) + number;
                        expected.add(value);
                        producer.send(new ProducerRecord<>(topic, 0, compression + number, value));
                    }
                }
            }
            Expect.equal(expected, clients.values(topic, "read_committed"));
        }
    }

    static void foundAndDeleted(Clients clients) throws Exception {
        clients.create("timed", 1);
        TopicPartition partition = new TopicPartition("timed", 0);
        try (KafkaProducer<String, String> producer = clients.producer()) {
            for (long time : List.of(1_000L, 3_000L, 2_000L, 4_000L)) {
                producer.send(new ProducerRecord<>("timed", 0, time, null, "at " + time)).get();
            }
        }
        try (Admin admin = clients.admin(); KafkaConsumer<String, String> consumer = clients.consumer()) {
            Expect.equal(0L, offset(admin, partition, OffsetSpec.earliest()).offset());
            Expect.equal(4L, offset(admin, partition, OffsetSpec.latest()).offset());
            Expect.equal(3L, offset(admin, partition, OffsetSpec.maxTimestamp()).offset());
            Expect.equal(1L, offset(admin, partition, OffsetSpec.forTimestamp(1_500)).offset());
            Expect.equal(3_000L, offset(admin, partition, OffsetSpec.forTimestamp(1_500)).timestamp());
            Expect.equal(-1L, offset(admin, partition, OffsetSpec.forTimestamp(9_000)).offset());
            Expect.equal(1L, consumer.offsetsForTimes(Map.of(partition, 1_500L)).get(partition).offset());

            long start = admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(3)))
                    .lowWatermarks().get(partition).get().lowWatermark();
            Expect.equal(3L, start);
            Expect.equal(3L, offset(admin, partition, OffsetSpec.earliest()).offset());
            Expect.equal(List.of("at 4000"), clients.values("timed", "read_committed"));
            Expect.refused(OffsetOutOfRangeException.class, () -> admin
                    .deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(9))).all().get());
        }
    }

    private static ListOffsetsResultInfo offset(Admin admin, TopicPartition partition, OffsetSpec wanted)
            throws ExecutionException, InterruptedException {
        return admin.listOffsets(Map.of(partition, wanted)).partitionResult(partition).get();
    }
}
