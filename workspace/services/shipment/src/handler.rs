//! The business: ship.

use palinode_participant::{
    Answer, BARRED, Command, Database, Error, Handler, HandlerError, OutMessage, Record, Timestamp,
    rusqlite::Transaction,
};

use crate::{
    CreateShipment, OrderShipped, ShipmentFailed,
    consignments::{self, Consignment},
};

/// Answers the commands of the topic `shipments.commands`.
pub struct Shipment;

impl Shipment {
    /// The business, with its tables made in `database`.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn new(database: &Database) -> Result<Self, Error> {
        database
            .transaction(|tx| tx.execute_batch(consignments::TABLE))
            .map_err(|source| database.error(source))?;
        Ok(Self)
    }
}

impl Handler for Shipment {
    fn handle(&mut self, command: &Command<'_>, now: Timestamp, tx: &Transaction<'_>) -> Result<Answer, HandlerError> {
        if command.record.as_str() != CreateShipment::NAME {
            let reason = format!("'{}' is no command of the shipment service", command.record);
            return Err(HandlerError::unreadable(reason));
        }
        let wanted: CreateShipment = command.payload()?;
        let saga = command.saga_id();
        let shipped = match consignments::of_saga(tx, &saga)? {
            Some(shipped) => shipped,
            None => match refusal(&wanted) {
                Some((code, reason)) => {
                    return Ok(Answer::reply(refuse(command, wanted.order_id, code, reason)?));
                }
                None => {
                    let consignment = Consignment {
                        consignment: format!("consignment/{saga}"),
                        order_id: wanted.order_id,
                        customer_id: wanted.customer_id,
                        promised_delivery_at: wanted.promised_delivery_at,
                        shipped_at: now.0,
                    };
                    consignments::keep(tx, &saga, &consignment)?;
                    consignment
                }
            },
        };
        let Consignment {
            order_id,
            consignment,
            shipped_at,
            ..
        } = shipped;
        Ok(Answer::reply(command.reply(
            EVENTS,
            &OrderShipped {
                order_id,
                consignment,
                shipped_at,
            },
        )?))
    }

    fn barred(&mut self, command: &Command<'_>) -> Result<OutMessage, HandlerError> {
        refuse(
            command,
            command.key().to_owned(),
            BARRED,
            "The shipment was taken back before it was asked for.",
        )
    }
}

fn refusal(wanted: &CreateShipment) -> Option<(&'static str, &'static str)> {
    match wanted {
        _ if wanted.order_id.is_empty() => Some(("INVALID_COMMAND", "The order id is empty.")),
        _ if wanted.customer_id.is_empty() => Some(("INVALID_COMMAND", "The customer id is empty.")),
        _ if wanted.customer_id.starts_with("unreachable-") => {
            Some(("CUSTOMER_UNREACHABLE", "No carrier goes to the customer's address."))
        }
        _ => None,
    }
}

fn refuse(command: &Command<'_>, order_id: String, code: &str, reason: &str) -> Result<OutMessage, HandlerError> {
    command.reply(
        EVENTS,
        &ShipmentFailed {
            order_id,
            code: code.into(),
            reason: reason.into(),
        },
    )
}

/// Where replies go.
const EVENTS: &str = "shipments.events";
