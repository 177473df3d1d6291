import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidPartitionsException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Checks of the administrator's client. */
final class Administration {
    private Administration() {}

    static void topics(Clients clients) throws Exception {
        try (Admin admin = clients.admin()) {
            NewTopic topic = new NewTopic("administered-topic", 2, (short) 1);
            admin.createTopics(List.of(topic)).all().get();
            Expect.refused(TopicExistsException.class, () -> admin.createTopics(List.of(topic)).all().get());
            Expect.that(admin.listTopics().names().get().contains("administered-topic"), "the topic is listed");
            TopicDescription described =
                    admin.describeTopics(List.of("administered-topic")).allTopicNames().get().get("administered-topic");
            Expect.equal(2, described.partitions().size());
            Expect.equal(1, described.partitions().get(0).isr().size());

            admin.createPartitions(Map.of("administered-topic", NewPartitions.increaseTo(5))).all().get();
            Expect.refused(InvalidPartitionsException.class, () -> admin
                    .createPartitions(Map.of("administered-topic", NewPartitions.increaseTo(3))).all().get());
            Expect.equal(5, admin.describeTopics(List.of("administered-topic")).allTopicNames().get()
                    .get("administered-topic").partitions().size());

            admin.deleteTopics(List.of("administered-topic")).all().get();
            Expect.refused(UnknownTopicOrPartitionException.class,
                    () -> admin.describeTopics(List.of("administered-topic")).allTopicNames().get());
        }
    }

    static void settings(Clients clients) throws Exception {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, "settings");
        try (Admin admin = clients.admin()) {
            NewTopic topic = new NewTopic("settings", 1, (short) 1).configs(Map.of("retention.ms", "1000"));
            admin.createTopics(List.of(topic)).all().get();
            Expect.until("the topic is known", () -> admin.listTopics().names().get().contains("settings"));
            ConfigEntry retention = entry(admin, resource, "retention.ms");
            Expect.equal("1000", retention.value());
            Expect.equal(ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG, retention.source());
            Expect.equal("delete", entry(admin, resource, "cleanup.policy").value());

            alter(admin, resource, "cleanup.policy", "compact", AlterConfigOp.OpType.APPEND);
            alter(admin, resource, "retention.ms", "", AlterConfigOp.OpType.DELETE);
            Expect.until("the settings count", () -> entry(admin, resource, "cleanup.policy").value().contains(",")
                    && !entry(admin, resource, "retention.ms").value().equals("1000"));
            Expect.equal(Set.of("delete", "compact"),
                    Set.of(entry(admin, resource, "cleanup.policy").value().split(",")));
            Expect.equal("604800000", entry(admin, resource, "retention.ms").value());
            Expect.that(entry(admin, resource, "retention.ms").isDefault(), "the setting is a default again");
            Expect.refused(InvalidConfigurationException.class, () -> {
                alter(admin, resource, "retention.ms", "soon", AlterConfigOp.OpType.SET);
                return "altered";
            });
        }
    }

    private static ConfigEntry entry(Admin admin, ConfigResource resource, String name) throws Exception {
        Config config = admin.describeConfigs(List.of(resource)).all().get().get(resource);
        return config.get(name);
    }

    private static void alter(
            Admin admin, ConfigResource resource, String name, String value, AlterConfigOp.OpType operation)
            throws Exception {
        Collection<AlterConfigOp> operations = List.of(new AlterConfigOp(new ConfigEntry(name, value), operation));
        admin.incrementalAlterConfigs(Map.of(resource, operations)).all().get();
    }

    static void groups(Clients clients) throws Exception {
        clients.create("grouped", 1);
        TopicPartition partition = new TopicPartition("grouped", 0);
        try (KafkaProducer<String, String> producer = clients.producer()) {
            producer.send(Clients.record("grouped", "value"));
        }
        try (Admin admin = clients.admin()) {
            try (KafkaConsumer<String, String> member = clients.consumer("group.id", "grouped", "client.id", "reader")) {
                member.subscribe(List.of("grouped"));
                Clients.take(member, 1);
                member.commitSync();
                ConsumerGroupDescription described = describe(admin);
                Expect.equal(GroupState.STABLE, described.groupState());
                Expect.equal("range", described.partitionAssignor());
                Expect.equal("reader", described.members().iterator().next().clientId());
                Expect.equal(Set.of(partition), described.members().iterator().next().assignment().topicPartitions());
                Expect.refused(GroupNotEmptyException.class,
                        () -> admin.deleteConsumerGroups(List.of("grouped")).all().get());
            }
            Expect.equal(GroupState.EMPTY, describe(admin).groupState());
            Expect.that(admin.listGroups().all().get().stream().map(GroupListing::groupId).toList().contains("grouped"),
                    "the group is listed");
            Expect.equal(1L, position(admin, partition));
            admin.alterConsumerGroupOffsets("grouped", Map.of(partition, new OffsetAndMetadata(0))).all().get();
            Expect.equal(0L, position(admin, partition));
            admin.deleteConsumerGroupOffsets("grouped", Set.of(partition)).all().get();
            Expect.equal(Map.of(), admin.listConsumerGroupOffsets("grouped").partitionsToOffsetAndMetadata().get());
            // The group went with the last of what it had.
            Expect.refused(GroupIdNotFoundException.class,
                    () -> admin.deleteConsumerGroups(List.of("grouped-never")).all().get());
        }
    }

    private static ConsumerGroupDescription describe(Admin admin) throws Exception {
        return admin.describeConsumerGroups(List.of("grouped")).describedGroups().get("grouped").get();
    }

    private static long position(Admin admin, TopicPartition partition) throws Exception {
        return admin.listConsumerGroupOffsets("grouped").partitionsToOffsetAndMetadata().get().get(partition).offset();
    }

    static void cluster(Clients clients) throws Exception {
        try (Admin admin = clients.admin()) {
            Collection<Node> nodes = admin.describeCluster().nodes().get();
            Expect.equal(1, nodes.size());
            int node = nodes.iterator().next().id();
            Expect.equal(node, admin.describeCluster().controller().get().id());
            Expect.that(!admin.describeCluster().clusterId().get().isBlank(), "the cluster has an id");
            Expect.equal((short) 2, admin.describeFeatures().featureMetadata().get().finalizedFeatures()
                    .get("transaction.version").maxVersionLevel());
            Expect.equal(1, admin.describeLogDirs(List.of(node)).allDescriptions().get().get(node).size());
        }
    }
}
