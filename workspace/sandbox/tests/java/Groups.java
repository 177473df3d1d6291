import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.SubscriptionPattern;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.InvalidRegularExpression;
import org.apache.kafka.common.errors.RebalanceInProgressException;

/** Checks of groups, of the classic protocol and of that of KIP-848. */
final class Groups {
    private static final int PARTITIONS = 4;
    private static final int BATCHES = 20;

    private Groups() {}

    /** What a member had to give up. */
    private static final class Revoked implements ConsumerRebalanceListener {
        private final Set<TopicPartition> partitions = new HashSet<>();

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> revoked) {
            partitions.addAll(revoked);
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> assigned) {}
    }

    /** Commits what was read of a partition before somebody else reads on. */
    private record CommitsWhatItGivesUp(KafkaConsumer<String, String> member) implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> revoked) {
            member.commitSync();
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> assigned) {}
    }

    private static KafkaConsumer<String, String> cooperativeMember(Clients clients, String group) {
        return clients.consumer("group.id", group, "isolation.level", "read_committed", "heartbeat.interval.ms", "200",
                "partition.assignment.strategy", CooperativeStickyAssignor.class.getName());
    }

    private static KafkaConsumer<String, String> newMember(Clients clients, String group) {
        return clients.consumer("group.id", group, "isolation.level", "read_committed", "group.protocol", "consumer");
    }

    static void cooperative(Clients clients) throws Exception {
        clients.create("cooperative", PARTITIONS);
        Revoked revoked = new Revoked();
        try (KafkaConsumer<String, String> first = cooperativeMember(clients, "cooperative")) {
            first.subscribe(List.of("cooperative"), revoked);
            Clients.share(List.of(first), new ArrayList<>(), PARTITIONS);
            Set<TopicPartition> all = first.assignment();
            try (KafkaConsumer<String, String> second = cooperativeMember(clients, "cooperative")) {
                second.subscribe(List.of("cooperative"));
                Clients.share(List.of(first, second), new ArrayList<>(), 2, 2);
                Expect.equal(2, revoked.partitions.size());
                Expect.equal(second.assignment(), revoked.partitions);
                Set<TopicPartition> together = new HashSet<>(first.assignment());
                together.addAll(second.assignment());
                Expect.equal(all, together);
            }
            Clients.share(List.of(first), new ArrayList<>(), PARTITIONS);
            Expect.equal(2, revoked.partitions.size());
        }
    }

    static void staticMember(Clients clients) throws Exception {
        clients.create("static", 2);
        String[] settings = {"group.id", "static", "group.instance.id", "one", "heartbeat.interval.ms", "200"};
        KafkaConsumer<String, String> before = clients.consumer(settings);
        before.subscribe(List.of("static"));
        Clients.share(List.of(before), new ArrayList<>(), 2);
        int generation = before.groupMetadata().generationId();
        before.close();
        // It left for a while only: its group has not been balanced anew when it is back.
        KafkaConsumer<String, String> back = clients.consumer(settings);
        back.subscribe(List.of("static"));
        Clients.share(List.of(back), new ArrayList<>(), 2);
        Expect.equal(generation, back.groupMetadata().generationId());
        // Another that takes its name takes its place.
        try (KafkaConsumer<String, String> successor = clients.consumer(settings)) {
            successor.subscribe(List.of("static"));
            Clients.share(List.of(successor), new ArrayList<>(), 2);
            Expect.refused(FencedInstanceIdException.class, () -> {
                Expect.until("the old one is told", () -> {
                    back.poll(Duration.ofMillis(50));
                    return false;
                });
                return "polled";
            });
        }
        back.close();
    }

    static void newProtocol(Clients clients) throws Exception {
        clients.create("new", PARTITIONS);
        List<String> seen = new ArrayList<>();
        try (Admin admin = clients.admin(); KafkaConsumer<String, String> first = newMember(clients, "new")) {
            first.subscribe(List.of("new"));
            Clients.share(List.of(first), seen, PARTITIONS);
            try (KafkaConsumer<String, String> second = newMember(clients, "new")) {
                second.subscribe(List.of("new"));
                Clients.share(List.of(first, second), seen, 2, 2);
                ConsumerGroupDescription described =
                        admin.describeConsumerGroups(List.of("new")).describedGroups().get("new").get();
                Expect.equal(GroupType.CONSUMER, described.type());
                Expect.equal(2, described.members().size());
                try (KafkaProducer<String, String> producer = clients.owner("new")) {
                    producer.beginTransaction();
                    for (int partition = 0; partition < PARTITIONS; partition++) {
                        producer.send(new ProducerRecord<>("new", partition, null, "to " + partition));
                    }
                    producer.commitTransaction();
                }
                Expect.until("all records", () -> {
                    seen.addAll(Clients.poll(first));
                    seen.addAll(Clients.poll(second));
                    return seen.size() >= PARTITIONS;
                });
                second.commitSync();
                first.commitSync();
            }
            Clients.share(List.of(first), seen, PARTITIONS);
            Expect.equal(PARTITIONS, seen.size());
            long committed = first.committed(first.assignment()).values().stream()
                    .mapToLong(position -> position.offset() > 0 ? 1 : 0).sum();
            Expect.equal((long) PARTITIONS, committed);
        }
    }

    /** The broker resolves the pattern, and topics that come later are found. */
    static void pattern(Clients clients) throws Exception {
        clients.create("pattern-a", 1);
        clients.create("other-a", 1);
        try (KafkaConsumer<String, String> member = newMember(clients, "patterns")) {
            member.subscribe(new SubscriptionPattern("pattern-[a-z]"));
            Clients.share(List.of(member), new ArrayList<>(), 1);
            Expect.equal(Set.of(new TopicPartition("pattern-a", 0)), member.assignment());
            clients.create("pattern-b", 1);
            Clients.share(List.of(member), new ArrayList<>(), 2);
        }
        try (KafkaConsumer<String, String> member = newMember(clients, "patterns-at-fault")) {
            member.subscribe(new SubscriptionPattern("pattern-[a"));
            Expect.refused(InvalidRegularExpression.class, () -> {
                Expect.until("the pattern is refused", () -> {
                    member.poll(Duration.ofMillis(50));
                    return false;
                });
                return "polled";
            });
        }
    }

    /** A transactional writer goes on while a second member comes and goes; each commits what it has read. */
    static void nothingIsLost(Clients clients) throws Exception {
        clients.create("flow", PARTITIONS);
        List<String> seen = new ArrayList<>();
        Set<String> sent = new TreeSet<>();
        try (KafkaProducer<String, String> producer = clients.owner("flow");
                KafkaConsumer<String, String> first = cooperativeMember(clients, "flow")) {
            first.subscribe(List.of("flow"), new CommitsWhatItGivesUp(first));
            Clients.share(List.of(first), seen, PARTITIONS);
            KafkaConsumer<String, String> second = cooperativeMember(clients, "flow");
            second.subscribe(List.of("flow"), new CommitsWhatItGivesUp(second));
            for (int batch = 0; batch < BATCHES; batch++) {
                write(producer, batch, sent);
                readAndCommit(first, seen);
                if (batch < BATCHES / 2) {
                    readAndCommit(second, seen);
                } else if (batch == BATCHES / 2) {
                    second.close();
                }
            }
            Expect.until("all that was committed is read", () -> {
                readAndCommit(first, seen);
                return seen.size() >= sent.size();
            });
        }
        Expect.equal(sent, new TreeSet<>(seen));
        Expect.equal(sent.size(), seen.size());
    }

    /** Every third batch is aborted. */
    private static void write(KafkaProducer<String, String> producer, int batch, Set<String> sent) {
        boolean commits = batch % 3 != 2;
        producer.beginTransaction();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            String value = batch + " to " + partition;
            producer.send(new ProducerRecord<>("flow", partition, null, value));
            if (commits) {
                sent.add(value);
            }
        }
        if (commits) {
            producer.commitTransaction();
        } else {
            producer.abortTransaction();
        }
    }

    private static void readAndCommit(KafkaConsumer<String, String> member, List<String> seen) {
        List<String> values = Clients.poll(member);
        seen.addAll(values);
        try {
            member.commitSync();
        } catch (RebalanceInProgressException error) {
            // It is committed after the next poll, or when the partition is given up.
            return;
        }
    }
}
