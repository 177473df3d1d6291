//! The registry answers, to the stock client too, and ends with its handle.

use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;

use palinode_sandbox::process::Process;
use palinode_sandbox::registry::{Registry, Settings};
use palinode_sandbox::{Error, cache};

const AT_MOST: Duration = Duration::from_secs(60);

fn connects(url: &str) -> bool {
    TcpStream::connect(url.trim_start_matches("http://")).is_ok()
}

#[test]
fn a_registry_ends_with_its_handle() {
    let registry = Registry::start(Settings::default()).unwrap();
    let url = registry.url();
    assert!(connects(&url));

    drop(registry);

    let deadline = std::time::Instant::now() + AT_MOST;
    while connects(&url) {
        assert!(std::time::Instant::now() < deadline, "the registry still listens");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_taken_port_is_named() {
    let first = Registry::start(Settings::default()).unwrap();
    let port = first.url().rsplit(':').next().unwrap().parse().unwrap();

    let error = Registry::start(Settings {
        port: Some(port),
        ..Settings::default()
    })
    .unwrap_err();

    assert!(
        matches!(error, Error::PortTaken { port: named } if named == port),
        "{error}"
    );
}

/// Registers a schema with a reference by serialising, reads it back by its id, evolves it, and is refused.
const STOCK_CLIENT: &str = r#"
import sys
from confluent_kafka.serialization import MessageField, SerializationContext
from confluent_kafka.schema_registry import Schema, SchemaReference, SchemaRegistryClient, record_subject_name_strategy
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.schema_registry.error import SchemaRegistryError

client = SchemaRegistryClient({"url": sys.argv[1]})
money = Schema('{"type":"record","name":"Money","namespace":"shop","fields":[{"name":"minor","type":"long"}]}', "AVRO")
assert client.register_schema("shop.Money", money) == 1
text = '{"type":"record","name":"Paid","namespace":"shop","fields":[{"name":"amount","type":"shop.Money"}%s]}'
references = [SchemaReference("shop.Money", "shop.Money", 1)]
paid = Schema(text % "", "AVRO", references)

context = SerializationContext("payments.events", MessageField.VALUE)
serializer = AvroSerializer(client, paid, conf={"subject.name.strategy": record_subject_name_strategy})
data = serializer({"amount": {"minor": 250}}, context)
assert data[:5] == b"\x00\x00\x00\x00\x02", data
fresh = SchemaRegistryClient({"url": sys.argv[1]})
assert AvroDeserializer(fresh)(data, context) == {"amount": {"minor": 250}}

assert client.lookup_schema("shop.Paid", paid).schema_id == 2
assert client.get_subjects() == ["shop.Money", "shop.Paid"]
assert client.get_latest_version("shop.Paid").version == 1
assert client.get_compatibility() == "BACKWARD"
optional = Schema(text % ',{"name":"note","type":"string","default":""}', "AVRO", references)
assert client.test_compatibility("shop.Paid", optional)
assert client.register_schema("shop.Paid", optional) == 3
required = Schema(text % ',{"name":"code","type":"string"}', "AVRO", references)
assert not client.test_compatibility("shop.Paid", required)
try:
    client.register_schema("shop.Paid", required)
    sys.exit("an incompatible schema was registered")
except SchemaRegistryError as error:
    assert error.http_status_code == 409, error
"#;

#[test]
fn the_stock_python_client_works_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let registry = Registry::start(Settings::default()).unwrap();
    let mut python = Command::new(cache::python());
    python.args(["-c", STOCK_CLIENT, &registry.url()]);
    let mut process = Process::spawn("the stock client", python, folder.path().join("log")).unwrap();

    let status = process.wait(AT_MOST).unwrap();

    assert!(status.success(), "{}", process.output());
}
