import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;

/** Checks of transactions. */
final class Transactions {
    private Transactions() {}

    static void committedAndAborted(Clients clients) throws Exception {
        clients.create("endings", 1);
        try (KafkaProducer<String, String> producer = clients.owner("endings")) {
            for (String ending : List.of("commit", "abort", "commit again", "abort again")) {
                producer.beginTransaction();
                producer.send(Clients.record("endings", ending));
                if (ending.startsWith("commit")) {
                    producer.commitTransaction();
                } else {
                    producer.flush();
                    producer.abortTransaction();
                }
            }
            producer.beginTransaction();
            producer.send(Clients.record("endings", "open")).get();
            Expect.equal(List.of("commit", "commit again"), clients.values("endings", "read_committed"));
            Expect.equal(List.of("commit", "abort", "commit again", "abort again", "open"),
                    clients.values("endings", "read_uncommitted"));
            producer.commitTransaction();
        }
        Expect.equal(List.of("commit", "commit again", "open"), clients.values("endings", "read_committed"));
    }

    static void fenced(Clients clients) throws Exception {
        clients.create("fenced", 1);
        try (KafkaProducer<String, String> old = clients.owner("fenced")) {
            old.beginTransaction();
            old.send(Clients.record("fenced", "old")).get();
            try (KafkaProducer<String, String> young = clients.owner("fenced")) {
                Expect.refused(ProducerFencedException.class, () -> {
                    old.commitTransaction();
                    return "committed";
                });
                Expect.refused(ProducerFencedException.class, () -> {
                    old.beginTransaction();
                    return "begun";
                });
                young.beginTransaction();
                young.send(Clients.record("fenced", "young"));
                young.commitTransaction();
            }
        }
        Expect.equal(List.of("young"), clients.values("fenced", "read_committed"));
    }

    /** What an old owner still sends is refused by the partition, too. */
    static void zombieCannotWrite(Clients clients) throws Exception {
        clients.create("zombie", 1);
        try (KafkaProducer<String, String> old = clients.owner("zombie")) {
            old.beginTransaction();
            old.send(Clients.record("zombie", "old")).get();
            try (KafkaProducer<String, String> young = clients.owner("zombie")) {
                Expect.refused(InvalidProducerEpochException.class,
                        () -> old.send(Clients.record("zombie", "old again")).get());
                Expect.refused(ProducerFencedException.class, () -> {
                    old.abortTransaction();
                    return "aborted";
                });
                young.beginTransaction();
                young.send(Clients.record("zombie", "young"));
                young.commitTransaction();
            }
        }
        Expect.equal(List.of("young"), clients.values("zombie", "read_committed"));
    }

    static void fencedByAdministrator(Clients clients) throws Exception {
        clients.create("administered", 1);
        try (Admin admin = clients.admin(); KafkaProducer<String, String> producer = clients.owner("administered")) {
            producer.beginTransaction();
            producer.send(Clients.record("administered", "never seen")).get();
            admin.fenceProducers(List.of("administered")).all().get();
            Expect.refused(ProducerFencedException.class, () -> {
                producer.commitTransaction();
                return "committed";
            });
        }
        Expect.equal(List.of(), clients.values("administered", "read_committed"));
    }

    static void offsetsMoveWithTransaction(Clients clients) throws Exception {
        clients.create("inputs", 1);
        clients.create("outputs", 1);
        try (KafkaProducer<String, String> plain = clients.producer()) {
            List.of("a", "b", "c").forEach(value -> plain.send(Clients.record("inputs", value)));
        }
        TopicPartition inputs = new TopicPartition("inputs", 0);
        try (KafkaProducer<String, String> producer = clients.owner("task");
                KafkaConsumer<String, String> consumer =
                        clients.consumer("group.id", "tasks", "isolation.level", "read_committed")) {
            consumer.subscribe(List.of("inputs"));
            Expect.equal(List.of("a", "b", "c"), Clients.take(consumer, 3));
            for (boolean commits : List.of(false, true)) {
                producer.beginTransaction();
                producer.send(Clients.record("outputs", commits ? "committed" : "aborted"));
                long next = commits ? 2 : 3;
                producer.sendOffsetsToTransaction(
                        Map.of(inputs, new OffsetAndMetadata(next)), consumer.groupMetadata());
                if (commits) {
                    producer.commitTransaction();
                } else {
                    producer.abortTransaction();
                    Expect.equal(null, consumer.committed(Set.of(inputs)).get(inputs));
                }
            }
            Expect.until("the position counts", () -> consumer.committed(Set.of(inputs)).get(inputs) != null);
            Expect.equal(2L, consumer.committed(Set.of(inputs)).get(inputs).offset());
        }
        Expect.equal(List.of("committed"), clients.values("outputs", "read_committed"));
    }

    // There is no other way for a test to know a group and not be its member.
    @SuppressWarnings("removal")
    static void strangerIsRefused(Clients clients) throws Exception {
        clients.create("guarded", 1);
        TopicPartition partition = new TopicPartition("guarded", 0);
        try (KafkaProducer<String, String> producer = clients.owner("stranger");
                KafkaConsumer<String, String> member = clients.consumer("group.id", "guarded")) {
            member.subscribe(List.of("guarded"));
            Clients.share(List.of(member), new ArrayList<>(), 1);
            ConsumerGroupMetadata known = member.groupMetadata();
            ConsumerGroupMetadata stranger = new ConsumerGroupMetadata(
                    known.groupId(), known.generationId(), "somebody", known.groupInstanceId());
            producer.beginTransaction();
            Expect.refused(CommitFailedException.class, () -> {
                producer.sendOffsetsToTransaction(Map.of(partition, new OffsetAndMetadata(1)), stranger);
                return "sent";
            });
            producer.abortTransaction();
            producer.beginTransaction();
            producer.sendOffsetsToTransaction(Map.of(partition, new OffsetAndMetadata(1)), known);
            producer.commitTransaction();
            // The commit is answered before its marker is written.
            Expect.until("the position counts", () -> member.committed(Set.of(partition)).get(partition) != null);
            Expect.equal(1L, member.committed(Set.of(partition)).get(partition).offset());
        }
    }

    static void described(Clients clients) throws Exception {
        clients.create("described", 1);
        TopicPartition partition = new TopicPartition("described", 0);
        try (Admin admin = clients.admin(); KafkaProducer<String, String> producer = clients.owner("described")) {
            producer.beginTransaction();
            producer.send(Clients.record("described", "open")).get();
            TransactionDescription description =
                    admin.describeTransactions(List.of("described")).description("described").get();
            Expect.equal(TransactionState.ONGOING, description.state());
            Expect.equal(Set.of(partition), description.topicPartitions());
            ListTransactionsOptions ongoing =
                    new ListTransactionsOptions().filterStates(Set.of(TransactionState.ONGOING));
            Expect.equal(List.of("described"), admin.listTransactions(ongoing).all().get().stream()
                    .map(TransactionListing::transactionalId).toList());
            long writers = admin.describeProducers(List.of(partition)).partitionResult(partition).get()
                    .activeProducers().stream()
                    .filter(state -> state.producerId() == description.producerId()
                            && state.currentTransactionStartOffset().isPresent())
                    .count();
            Expect.equal(1L, writers);
            producer.abortTransaction();
        }
    }
}
