import sys

from confluent_kafka.schema_registry import (
    ConfigCompatibilityLevel,
    Schema,
    SchemaReference,
    SchemaRegistryClient,
    ServerConfig,
    record_subject_name_strategy,
)
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.schema_registry.error import SchemaRegistryError
from confluent_kafka.serialization import MessageField, SerializationContext


def refused(code, ask):
    try:
        ask()
    except SchemaRegistryError as error:
        assert error.error_code == code, error
    else:
        sys.exit(f"not refused with {code}")


client = SchemaRegistryClient({"url": sys.argv[1]})
money = Schema('{"type":"record","name":"Money","namespace":"shop","fields":[{"name":"minor","type":"long"}]}', "AVRO")
money_id = client.register_schema("shop.Money", money)
text = '{"type":"record","name":"Paid","namespace":"shop","fields":[{"name":"amount","type":"shop.Money"}%s]}'
references = [SchemaReference("shop.Money", "shop.Money", 1)]
paid = Schema(text % "", "AVRO", references)
optional = Schema(text % ',{"name":"note","type":"string","default":""}', "AVRO", references)
required = Schema(text % ',{"name":"code","type":"string"}', "AVRO", references)

# Writing registers; another client reads by the id alone.
context = SerializationContext("payments.events", MessageField.VALUE)
serializer = AvroSerializer(client, paid, conf={"subject.name.strategy": record_subject_name_strategy})
data = serializer({"amount": {"minor": 250}}, context)
fresh = SchemaRegistryClient({"url": sys.argv[1]})
assert AvroDeserializer(fresh)(data, context) == {"amount": {"minor": 250}}

# A schema that was normalised is found by whoever normalises.
normal = AvroSerializer(
    client,
    optional,
    conf={"subject.name.strategy": record_subject_name_strategy, "normalize.schemas": True},
)
assert AvroDeserializer(fresh)(normal({"amount": {"minor": 1}, "note": "n"}, context), context)["note"] == "n"

assert client.get_subjects() == ["shop.Money", "shop.Paid"]
assert client.get_versions("shop.Paid") == [1, 2]
assert client.get_latest_version("shop.Paid").version == 2
assert client.get_version("shop.Paid", 1).schema.references[0].subject == "shop.Money"
assert client.lookup_schema("shop.Paid", paid).version == 1
assert client.get_schema(money_id).schema_str == money.schema_str

# Compatibility.
assert client.get_compatibility() == "BACKWARD"
assert client.test_compatibility("shop.Paid", paid)
assert not client.test_compatibility("shop.Paid", required)
refused(40901, lambda: client.register_schema("shop.Paid", required))
client.set_config("shop.Paid", ServerConfig(compatibility=ConfigCompatibilityLevel.NONE))
assert client.get_config("shop.Paid").compatibility_level == "NONE"
client.register_schema("shop.Paid", required)
refused(40408, lambda: client.get_config("shop.Money"))

# Deletion.
refused(42206, lambda: client.delete_subject("shop.Money"))
assert client.delete_version("shop.Paid", 3) == 3
refused(40402, lambda: client.get_version("shop.Paid", 3))
assert client.delete_subject("shop.Paid") == [1, 2]
refused(40404, lambda: client.delete_subject("shop.Paid"))
assert client.delete_subject("shop.Money", permanent=False) == [1]
# The client deletes softly before it deletes for good, and is told that this was done.
assert client.get_subjects() == []
