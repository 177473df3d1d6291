"""A shipment service that reads plain Confluent Avro and answers in it, with the order id as key and no headers."""
import sys
import time

from confluent_kafka import Consumer, Producer
from confluent_kafka.schema_registry import SchemaRegistryClient, record_subject_name_strategy
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext

brokers, registry_url, commands, events = sys.argv[1:]
registry = SchemaRegistryClient({"url": registry_url})
read = AvroDeserializer(registry)
write = AvroSerializer(
    registry,
    registry.get_latest_version("shop.shipments.OrderShipped").schema,
    conf={"auto.register.schemas": False, "use.latest.version": True,
          "subject.name.strategy": record_subject_name_strategy},
)
consumer = Consumer({
    "bootstrap.servers": brokers,
    "group.id": commands,
    "auto.offset.reset": "earliest",
    "isolation.level": "read_committed",
})
producer = Producer({"bootstrap.servers": brokers})
consumer.subscribe([commands])
while True:
    message = consumer.poll(1.0)
    if message is None or message.error():
        continue
    command = read(message.value(), SerializationContext(commands, MessageField.VALUE))
    shipped = {
        "order_id": command["order_id"],
        "consignment": "python/" + command["order_id"],
        "shipped_at": int(time.time() * 1000),
    }
    producer.produce(events, key=message.key(), value=write(shipped, SerializationContext(events, MessageField.VALUE)))
    producer.flush()
