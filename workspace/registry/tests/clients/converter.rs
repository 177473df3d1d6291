//! The converter that Rust services use.

use schema_registry_converter::async_impl::easy_avro::{EasyAvroDecoder, EasyAvroEncoder};
use schema_registry_converter::async_impl::schema_registry::{
    SrSettings, get_all_subjects, get_all_versions, get_schema_by_guid, get_schema_by_id, is_compatible_schema,
    post_schema,
};
use schema_registry_converter::schema_registry_common::{
    SchemaType, SubjectNameStrategy, SuppliedReference, SuppliedSchema,
};
use serde::{Deserialize, Serialize};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Money {
    minor: i64,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Paid {
    amount: Money,
}

const MONEY: &str = r#"{"type":"record","name":"Money","namespace":"shop","fields":[{"name":"minor","type":"long"}]}"#;

/// The converter finds a reference by its simple name alone.
fn paid(more: &str) -> SuppliedSchema {
    let money = SuppliedReference::new("shop.Money".to_owned(), "shop.Money".to_owned(), MONEY.to_owned());
    let text = format!(
        r#"{{"type":"record","name":"Paid","namespace":"shop","fields":[{{"name":"amount","type":"Money"}}{more}]}}"#
    );
    SuppliedSchema::new(Some("shop.Paid".to_owned()), SchemaType::Avro, text).with_references(vec![money])
}

async fn settings() -> SrSettings {
    let _ = rustls::crypto::ring::default_provider().install_default();
    SrSettings::new(super::start().await)
}

#[tokio::test]
async fn it_writes_with_a_reference_and_reads_by_the_id() {
    let settings = settings().await;
    let strategy = SubjectNameStrategy::RecordNameStrategyWithSchema(paid(""));
    let written = Paid {
        amount: Money { minor: 250 },
    };

    let bytes = EasyAvroEncoder::new(settings.clone())
        .encode_struct(&written, &strategy)
        .await
        .unwrap();
    let read = EasyAvroDecoder::new(settings.clone())
        .decode(Some(&bytes))
        .await
        .unwrap();

    assert_eq!(bytes[..5], [0, 0, 0, 0, 2]);
    assert_eq!(apache_avro::from_value::<Paid>(&read.value).unwrap(), written);
    assert_eq!(get_all_subjects(&settings).await.unwrap(), ["shop.Money", "shop.Paid"]);
    assert_eq!(get_all_versions(&settings, "shop.Paid".to_owned()).await.unwrap(), [1]);
}

#[tokio::test]
async fn it_reads_by_the_guid_in_a_header() {
    let settings = settings().await;
    let strategy = SubjectNameStrategy::RecordNameStrategyWithSchema(paid(""));
    let written = Paid {
        amount: Money { minor: 7 },
    };

    let (bytes, header) = EasyAvroEncoder::new(settings.clone())
        .encode_struct_with_header_id(&written, &strategy, false)
        .await
        .unwrap();
    let read = EasyAvroDecoder::new(settings)
        .decode_with_header_id(Some(&header.value), Some(&bytes))
        .await
        .unwrap();

    assert_eq!(apache_avro::from_value::<Paid>(&read.value).unwrap(), written);
}

#[tokio::test]
async fn it_asks_what_is_compatible_and_is_refused_what_is_not() {
    let settings = settings().await;
    let subject = || "shop.Paid".to_owned();
    let first = post_schema(&settings, subject(), paid("")).await.unwrap();
    let optional = r#",{"name":"note","type":"string","default":""}"#;
    let required = r#",{"name":"code","type":"string"}"#;

    assert!(
        is_compatible_schema(&settings, subject(), paid(optional))
            .await
            .unwrap()
    );
    assert!(
        !is_compatible_schema(&settings, subject(), paid(required))
            .await
            .unwrap()
    );
    assert!(post_schema(&settings, subject(), paid(required)).await.is_err());
    assert_eq!(
        post_schema(&settings, subject(), paid(optional)).await.unwrap().id,
        first.id + 1
    );
    let by_id = get_schema_by_id(first.id, &settings).await.unwrap();
    assert_eq!((&by_id.schema, by_id.references.len()), (&first.schema, 1));
    let by_guid = get_schema_by_guid(&first.guid.unwrap(), &settings).await.unwrap();
    assert_eq!(by_guid.schema, first.schema);
}
