//! From structs to values of the core.

use bytes::Bytes;
use palinode_core::{FieldName, Value};
use serde::ser::{
    Impossible, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeTuple, SerializeTupleStruct,
    Serializer,
};

use super::Error;

/// The value of anything that serde can serialize: structs and maps become records, options null or what they hold,
/// Rust enums without data their variant's name.
///
/// # Errors
/// When a number does not fit into a long, a map's key is no text, or an enum carries data.
pub fn to_value<T: Serialize + ?Sized>(value: &T) -> Result<Value, Error> {
    value.serialize(ToValue)
}

struct ToValue;

fn with_data<T>() -> Result<T, Error> {
    Err(Error::Serde("a Rust enum with data has no Avro form".to_owned()))
}

fn long<T: TryInto<i64> + std::fmt::Display + Copy>(number: T) -> Result<Value, Error> {
    number
        .try_into()
        .map(Value::Long)
        .map_err(|_| Error::Serde(format!("{number} does not fit into a long")))
}

impl Serializer for ToValue {
    type Ok = Value;
    type Error = Error;
    type SerializeSeq = Items;
    type SerializeTuple = Items;
    type SerializeTupleStruct = Items;
    type SerializeTupleVariant = Impossible<Value, Error>;
    type SerializeMap = Entries;
    type SerializeStruct = Entries;
    type SerializeStructVariant = Impossible<Value, Error>;

    fn serialize_bool(self, value: bool) -> Result<Value, Error> {
        Ok(Value::Boolean(value))
    }
    fn serialize_i8(self, value: i8) -> Result<Value, Error> {
        long(value)
    }
    fn serialize_i16(self, value: i16) -> Result<Value, Error> {
        long(value)
    }
    fn serialize_i32(self, value: i32) -> Result<Value, Error> {
        long(value)
    }
    fn serialize_i64(self, value: i64) -> Result<Value, Error> {
        Ok(Value::Long(value))
    }
    fn serialize_u8(self, value: u8) -> Result<Value, Error> {
        long(value)
    }
    fn serialize_u16(self, value: u16) -> Result<Value, Error> {
        long(value)
    }
    fn serialize_u32(self, value: u32) -> Result<Value, Error> {
        long(value)
    }
    fn serialize_u64(self, value: u64) -> Result<Value, Error> {
        long(value)
    }
    fn serialize_f32(self, value: f32) -> Result<Value, Error> {
        Ok(Value::Double(f64::from(value)))
    }
    fn serialize_f64(self, value: f64) -> Result<Value, Error> {
        Ok(Value::Double(value))
    }
    fn serialize_char(self, value: char) -> Result<Value, Error> {
        Ok(Value::String(value.to_string().into()))
    }
    fn serialize_str(self, value: &str) -> Result<Value, Error> {
        Ok(Value::String(value.into()))
    }
    fn serialize_bytes(self, value: &[u8]) -> Result<Value, Error> {
        Ok(Value::Bytes(Bytes::copy_from_slice(value)))
    }
    fn serialize_none(self) -> Result<Value, Error> {
        Ok(Value::Null)
    }
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Value, Error> {
        value.serialize(self)
    }
    fn serialize_unit(self) -> Result<Value, Error> {
        Ok(Value::Null)
    }
    fn serialize_unit_struct(self, _: &'static str) -> Result<Value, Error> {
        Ok(Value::Null)
    }
    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<Value, Error> {
        self.serialize_str(variant)
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<Value, Error> {
        value.serialize(self)
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<Value, Error> {
        with_data()
    }
    fn serialize_seq(self, length: Option<usize>) -> Result<Items, Error> {
        Ok(Items(Vec::with_capacity(length.unwrap_or(0))))
    }
    fn serialize_tuple(self, length: usize) -> Result<Items, Error> {
        self.serialize_seq(Some(length))
    }
    fn serialize_tuple_struct(self, _: &'static str, length: usize) -> Result<Items, Error> {
        self.serialize_seq(Some(length))
    }
    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Error> {
        with_data()
    }
    fn serialize_map(self, length: Option<usize>) -> Result<Entries, Error> {
        Ok(Entries {
            done: Vec::with_capacity(length.unwrap_or(0)),
            key: None,
        })
    }
    fn serialize_struct(self, _: &'static str, length: usize) -> Result<Entries, Error> {
        self.serialize_map(Some(length))
    }
    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Error> {
        with_data()
    }
}

/// The items of a list.
struct Items(Vec<Value>);

impl SerializeSeq for Items {
    type Ok = Value;
    type Error = Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.0.push(to_value(value)?);
        Ok(())
    }
    fn end(self) -> Result<Value, Error> {
        Ok(Value::List(self.0))
    }
}

impl SerializeTuple for Items {
    type Ok = Value;
    type Error = Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        SerializeSeq::serialize_element(self, value)
    }
    fn end(self) -> Result<Value, Error> {
        SerializeSeq::end(self)
    }
}

impl SerializeTupleStruct for Items {
    type Ok = Value;
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        SerializeSeq::serialize_element(self, value)
    }
    fn end(self) -> Result<Value, Error> {
        SerializeSeq::end(self)
    }
}

/// The entries of a map or the fields of a struct.
struct Entries {
    done: Vec<(FieldName, Value)>,
    key: Option<FieldName>,
}

impl SerializeMap for Entries {
    type Ok = Value;
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        match to_value(key)? {
            Value::String(text) => self.key = Some(FieldName::from(text)),
            _ => return Err(Error::Serde("the keys of an Avro map are text".to_owned())),
        }
        Ok(())
    }
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        let key = self
            .key
            .take()
            .ok_or_else(|| Error::Serde("a map's value came before its key".to_owned()))?;
        self.done.push((key, to_value(value)?));
        Ok(())
    }
    fn end(self) -> Result<Value, Error> {
        Ok(Value::Record(self.done))
    }
}

impl SerializeStruct for Entries {
    type Ok = Value;
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Error> {
        self.done.push((name.into(), to_value(value)?));
        Ok(())
    }
    fn end(self) -> Result<Value, Error> {
        SerializeMap::end(self)
    }
}
