import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Makes clients of one broker, with their defaults wherever a check does not say otherwise. */
final class Clients {
    private static final Duration POLL = Duration.ofMillis(50);

    private final String bootstrap;

    Clients(String bootstrap) {
        this.bootstrap = bootstrap;
    }

    /** Names and values in turn. */
    private Map<String, Object> with(String... settings) {
        Map<String, Object> all = new HashMap<>();
        all.put("bootstrap.servers", bootstrap);
        for (int at = 0; at < settings.length; at += 2) {
            all.put(settings[at], settings[at + 1]);
        }
        return all;
    }

    Admin admin() {
        return Admin.create(with());
    }

    KafkaProducer<String, String> producer(String... settings) {
        return new KafkaProducer<>(with(settings), new StringSerializer(), new StringSerializer());
    }

    /** A producer that owns its transactional id. */
    KafkaProducer<String, String> owner(String id) {
        KafkaProducer<String, String> producer = producer("transactional.id", id);
        producer.initTransactions();
        return producer;
    }

    KafkaConsumer<String, String> consumer(String... settings) {
        Map<String, Object> all = with(settings);
        all.putIfAbsent("auto.offset.reset", "earliest");
        all.putIfAbsent("enable.auto.commit", "false");
        return new KafkaConsumer<>(all, new StringDeserializer(), new StringDeserializer());
    }

    void create(String topic, int partitions) throws ExecutionException, InterruptedException {
        try (Admin admin = admin()) {
            admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1))).all().get();
        }
    }

    static ProducerRecord<String, String> record(String topic, String value) {
        return new ProducerRecord<>(topic, 0, null, value);
    }

    /** The values of the first partition up to its end, as a reader of this isolation level sees it. */
    List<String> values(String topic, String isolation) {
        TopicPartition partition = new TopicPartition(topic, 0);
        List<String> values = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer = consumer("isolation.level", isolation)) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            long deadline = System.nanoTime() + Expect.DEADLINE.toNanos();
            while (consumer.position(partition) < end) {
                Expect.that(System.nanoTime() < deadline, "the end " + end + " of " + partition + " was not reached");
                values.addAll(poll(consumer));
            }
        }
        return values;
    }

    /** Whatever comes next, if something comes soon. */
    static List<String> poll(KafkaConsumer<String, String> consumer) {
        List<String> values = new ArrayList<>();
        for (ConsumerRecord<String, String> record : consumer.poll(POLL)) {
            values.add(record.value());
        }
        return values;
    }

    /** Polls a subscriber until at least so many records came. */
    static List<String> take(KafkaConsumer<String, String> consumer, int count) throws Exception {
        List<String> values = new ArrayList<>();
        Expect.until(count + " records, of which came " + values, () -> {
            values.addAll(poll(consumer));
            return values.size() >= count;
        });
        return values;
    }

    /** Polls members in turn until their assignments have these sizes. */
    static void share(Collection<KafkaConsumer<String, String>> members, Collection<String> seen, Integer... sizes)
            throws Exception {
        Expect.until("shares of " + List.of(sizes), () -> {
            List<Integer> found = new ArrayList<>();
            for (KafkaConsumer<String, String> member : members) {
                seen.addAll(poll(member));
                found.add(member.assignment().size());
            }
            return found.equals(List.of(sizes));
        });
    }
}
