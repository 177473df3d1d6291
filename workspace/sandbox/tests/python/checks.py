"""Checks of a broker by kafka-python, a client that is written in Python alone and shares no code with the others.

The argument is the broker's address. Each check prints a line: "passed NAME", or "failed NAME" with the reason.
"""

import logging
import sys
import threading
import time
import traceback

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, OffsetAndMetadata, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, OffsetSpec
from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor
from kafka.errors import (
    IncompatibleBrokerVersion,
    InvalidProducerEpochError,
    KafkaError,
    ProducerFencedError,
    TopicAlreadyExistsError,
)

BOOTSTRAP = sys.argv[1]
DEADLINE_SECONDS = 20


def producer(**settings):
    return KafkaProducer(bootstrap_servers=BOOTSTRAP, **settings)


def owner(transactional_id):
    owner = producer(transactional_id=transactional_id)
    owner.init_transactions()
    return owner


def consumer(*topics, **settings):
    settings.setdefault("auto_offset_reset", "earliest")
    settings.setdefault("enable_auto_commit", False)
    return KafkaConsumer(*topics, bootstrap_servers=BOOTSTRAP, **settings)


def admin():
    return KafkaAdminClient(bootstrap_servers=BOOTSTRAP)


def create(topic, partitions=1, configs=None):
    settings = {"num_partitions": partitions, "replication_factor": 1, "configs": configs or {}}
    admin().create_topics({topic: settings}, wait_for_metadata=True)


def until(what, condition):
    end = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        time.sleep(0.01)
        assert time.monotonic() < end, f"not within {DEADLINE_SECONDS} s: {what}"


def poll(member, timeout_ms=50):
    """The values of whatever comes next, if something comes soon. A member of a group needs longer: this client gives a
    rebalance up when its poll ends before."""
    batches = member.poll(timeout_ms=timeout_ms).values()
    return [record.value.decode() for batch in batches for record in batch]


def values(topic, isolation):
    """The values of the first partition up to its end, as a reader of this isolation level sees it."""
    partition = TopicPartition(topic, 0)
    reader = consumer(isolation_level=isolation)
    reader.assign([partition])
    reader.seek_to_beginning(partition)
    end = reader.end_offsets([partition])[partition]
    found = []

    def is_at_end():
        found.extend(poll(reader))
        return reader.position(partition) >= end

    until(f"the end {end} of {topic}", is_at_end)
    reader.close()
    return found


def refused(errors, action):
    try:
        found = action()
    except errors:
        return
    raise AssertionError(f"expected {errors}, found {found}")


def idempotent_records_have_one_offset_after_the_other():
    create("idempotent")
    writer = producer(enable_idempotence=True, batch_size=200, linger_ms=0)
    sent = [writer.send("idempotent", f"value {number}".encode(), partition=0) for number in range(300)]
    offsets = [future.get(DEADLINE_SECONDS).offset for future in sent]
    assert offsets == list(range(300)), offsets
    assert values("idempotent", "read_uncommitted") == [f"value {number}" for number in range(300)]


def compressed_records_come_back():
    for policy in ("delete", "compact"):
        topic = f"compressed-{policy}"
        create(topic, configs={"cleanup.policy": policy})
        expected = []
        for compression in (None, "gzip"):
            writer = producer(compression_type=compression, linger_ms=20)
            for number in range(20):
                expected.append(f"{compression} " + "again and " * number)
                key = f"{compression} {number}".encode()
                writer.send(topic, expected[-1].encode(), key=key, partition=0)
            writer.close()
        assert values(topic, "read_committed") == expected


def aborted_records_are_seen_only_by_those_who_ask():
    create("endings")
    writer = owner("endings")
    for ending in ("commit", "abort", "commit again"):
        writer.begin_transaction()
        writer.send("endings", ending.encode(), partition=0)
        if ending.startswith("commit"):
            writer.commit_transaction()
        else:
            writer.flush()
            writer.abort_transaction()
    assert values("endings", "read_committed") == ["commit", "commit again"]
    assert values("endings", "read_uncommitted") == ["commit", "abort", "commit again"]


def a_new_owner_fences_the_old_one():
    create("fenced")
    old = owner("fenced")
    old.begin_transaction()
    old.send("fenced", b"old", partition=0).get(DEADLINE_SECONDS)
    young = owner("fenced")
    refused((ProducerFencedError, InvalidProducerEpochError), old.commit_transaction)
    young.begin_transaction()
    young.send("fenced", b"young", partition=0)
    young.commit_transaction()
    assert values("fenced", "read_committed") == ["young"]


def offsets_move_with_their_transaction():
    create("inputs")
    plain = producer()
    for value in (b"a", b"b", b"c"):
        plain.send("inputs", value, partition=0)
    plain.flush()
    partition = TopicPartition("inputs", 0)
    writer = owner("task")
    member = consumer("inputs", group_id="tasks", isolation_level="read_committed")
    seen = []

    def has_all():
        seen.extend(poll(member, timeout_ms=2_000))
        return len(seen) == 3

    until("three records", has_all)
    assert seen == ["a", "b", "c"]
    for commits, offset in ((False, 3), (True, 2)):
        writer.begin_transaction()
        offsets = {partition: OffsetAndMetadata(offset, "", -1)}
        writer.send_offsets_to_transaction(offsets, member.group_metadata())
        if commits:
            writer.commit_transaction()
            until("the position counts", lambda: member.committed(partition) is not None)
        else:
            writer.abort_transaction()
            assert member.committed(partition) is None
    assert member.committed(partition) == 2
    member.close()


class Member(threading.Thread):
    """A member of a group, with a thread of its own."""

    def __init__(self, topic):
        super().__init__(daemon=True)
        self.consumer = consumer(
            topic,
            group_id=topic,
            isolation_level="read_committed",
            heartbeat_interval_ms=200,
            partition_assignment_strategy=[CooperativeStickyAssignor],
        )
        self.seen = []
        self.assigned = set()
        self.ends = threading.Event()
        self.start()

    def run(self):
        while not self.ends.is_set():
            self.seen.extend(poll(self.consumer, timeout_ms=500))
            self.assigned = self.consumer.assignment()
        self.consumer.commit()
        self.consumer.close()

    def leave(self):
        self.ends.set()
        self.join(DEADLINE_SECONDS)
        assert not self.is_alive()


def members_share_partitions():
    create("shared", partitions=4)
    first = Member("shared")
    until("all for one", lambda: len(first.assigned) == 4)
    before = set(first.assigned)
    second = Member("shared")
    until("two for each", lambda: [len(first.assigned), len(second.assigned)] == [2, 2])
    assert first.assigned | second.assigned == before
    described = admin().describe_groups(["shared"])["shared"]
    assert len(described["members"]) == 2, described
    writer = owner("shared")
    writer.begin_transaction()
    for partition in range(4):
        writer.send("shared", f"to {partition}".encode(), partition=partition)
    writer.commit_transaction()
    until("four records", lambda: len(first.seen + second.seen) == 4)
    second.leave()
    until("all for one again", lambda: len(first.assigned) == 4)
    first.leave()
    assert sorted(first.seen + second.seen) == [f"to {partition}" for partition in range(4)]


def topics_are_administered():
    client = admin()
    create("administered", partitions=2, configs={"retention.ms": "1000"})
    refused(TopicAlreadyExistsError, lambda: create("administered"))
    resource = ConfigResource(ConfigResourceType.TOPIC, "administered")
    described = client.describe_configs([resource], config_filter="all")["topic"]["administered"]
    assert described["retention.ms"]["value"] == "1000", described["retention.ms"]
    assert described["cleanup.policy"]["value"] == "delete", described["cleanup.policy"]
    client.create_partitions({"administered": 3})
    until("three partitions", lambda: len(client.describe_topics(["administered"])[0]["partitions"]) == 3)
    writer = producer()
    for number in range(4):
        writer.send("administered", b"value", partition=0, timestamp_ms=1_000 * number + 1)
    writer.flush()
    partition = TopicPartition("administered", 0)
    found = client.list_partition_offsets({partition: 1_500})[partition]
    assert (found.offset, found.timestamp) == (2, 2_001), found
    client.delete_records({partition: 3})
    earliest = client.list_partition_offsets({partition: OffsetSpec.EARLIEST})[partition]
    assert earliest.offset == 3, earliest
    client.delete_topics(["administered"])
    until("the topic is gone", lambda: "administered" not in client.list_topics())


CHECKS = [
    idempotent_records_have_one_offset_after_the_other,
    compressed_records_come_back,
    aborted_records_are_seen_only_by_those_who_ask,
    a_new_owner_fences_the_old_one,
    offsets_move_with_their_transaction,
    members_share_partitions,
    topics_are_administered,
]


def main():
    logging.disable(logging.CRITICAL)
    failures = 0
    for check in CHECKS:
        begin = time.monotonic()
        try:
            check()
            print(f"passed {check.__name__} ({time.monotonic() - begin:.1f} s)", flush=True)
        except (AssertionError, KafkaError, IncompatibleBrokerVersion, LookupError, TypeError):
            failures += 1
            print(f"failed {check.__name__}\n{traceback.format_exc()}", flush=True)
    sys.exit(1 if failures else 0)


main()
