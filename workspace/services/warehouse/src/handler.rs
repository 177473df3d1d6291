//! The business: reserve, put back, pack, unpack.

use std::{collections::BTreeMap, time::Duration};

use palinode_participant::{
    Answer, BARRED, Command, Composer, Database, Error, Handler, HandlerError, OutMessage, Record, Timestamp,
    rusqlite::Transaction,
};

use crate::{
    OrderReadyForShipment, OrderUnpacked, Pace, PackingFailed, PickItems, ReleaseStock, Settings, StartFulfilment,
    StockItem, StockReceived, StockReleased, StockReserved, StockUnavailable, UnpackOrder,
    packing::{self, Done, Status},
    reservations, stock,
};

/// Answers the commands of the topic `warehouse.commands`.
pub struct Warehouse {
    composer: Composer,
    first_stock: BTreeMap<String, i32>,
    pace: Pace,
    next_due: Option<Timestamp>,
}

impl Warehouse {
    /// The business of `settings` at `pace`, with its tables made in `database`.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn new(settings: &Settings, pace: Pace, composer: Composer, database: &Database) -> Result<Self, Error> {
        database
            .transaction(|tx| {
                for table in [stock::TABLE, reservations::TABLE, packing::TABLE] {
                    tx.execute_batch(table)?;
                }
                Ok(())
            })
            .map_err(|source| database.error(source))?;
        Ok(Self {
            composer,
            first_stock: settings.stock.clone(),
            pace,
            next_due: None,
        })
    }

    fn start_packing(&self, command: &Command<'_>, tx: &Transaction<'_>) -> Result<Answer, HandlerError> {
        let wanted: StartFulfilment = command.payload()?;
        let saga = command.saga_id();
        let items = reservations::of_saga(tx, &saga)?;
        match packing::find(tx, &saga)? {
            Some(Status::Packed) => Ok(Answer::reply(command.reply(EVENTS, &ready(wanted.order_id, &items))?)),
            None if items.is_empty() => {
                let reason = "No stock is reserved for the order.";
                Ok(Answer::reply(not_packed(
                    command,
                    wanted.order_id,
                    "NOTHING_RESERVED",
                    reason,
                )?))
            }
            Some(Status::Queued | Status::Picking) | None => {
                packing::enqueue(tx, &saga, &wanted.order_id, &command.reply_to())?;
                Ok(Answer::Later)
            }
        }
    }

    fn finish(&self, done: &Done, now: Timestamp, tx: &Transaction<'_>) -> Result<OutMessage, HandlerError> {
        let items = reservations::of_saga(tx, &done.saga)?;
        match items.iter().find(|item| item.sku.starts_with("unpackable-")) {
            None => {
                packing::finish(tx, &done.saga)?;
                self.composer
                    .reply(&done.reply_to, EVENTS, &ready(done.order_id.clone(), &items), now)
            }
            Some(item) => {
                packing::remove(tx, &done.saga)?;
                let failed = PackingFailed {
                    order_id: done.order_id.clone(),
                    code: "UNPACKABLE".into(),
                    reason: format!("The article '{}' fits no parcel.", item.sku),
                };
                self.composer.reply(&done.reply_to, EVENTS, &failed, now)
            }
        }
    }
}

impl Handler for Warehouse {
    fn on_start(&mut self, now: Timestamp, tx: &Transaction<'_>) -> Result<Vec<OutMessage>, HandlerError> {
        self.next_due = packing::next_due(tx)?;
        if packing::queue(tx)?.depth > 0 {
            // Orders that waited before: no command may come that begins with them.
            self.next_due = Some(now);
        }
        let mut messages = Vec::new();
        for (sku, quantity) in &self.first_stock {
            if stock::find(tx, sku)?.is_none() {
                messages.push(receive(&self.composer, sku, *quantity, now, tx)?);
            }
        }
        Ok(messages)
    }

    fn handle(&mut self, command: &Command<'_>, _now: Timestamp, tx: &Transaction<'_>) -> Result<Answer, HandlerError> {
        match command.record.as_str() {
            PickItems::NAME => reserve(command, tx),
            ReleaseStock::NAME => {
                let ReleaseStock { order_id } = command.payload()?;
                let items = reservations::release(tx, &command.saga_id())?;
                Ok(Answer::reply(
                    command.reply(EVENTS, &StockReleased { order_id, items })?,
                ))
            }
            StartFulfilment::NAME => self.start_packing(command, tx),
            UnpackOrder::NAME => {
                let UnpackOrder { order_id } = command.payload()?;
                packing::remove(tx, &command.saga_id())?;
                Ok(Answer::reply(command.reply(EVENTS, &OrderUnpacked { order_id })?))
            }
            other => Err(HandlerError::unreadable(format!(
                "'{other}' is no command of the warehouse service"
            ))),
        }
    }

    fn barred(&mut self, command: &Command<'_>) -> Result<OutMessage, HandlerError> {
        let order_id = command.key().to_owned();
        let reason = "The step was taken back before it was asked for.";
        match command.record.as_str() {
            PickItems::NAME => unavailable(command, order_id, BARRED, reason.into()),
            StartFulfilment::NAME => not_packed(command, order_id, BARRED, reason),
            other => Err(HandlerError::unreadable(format!("'{other}' cannot be refused"))),
        }
    }

    fn tick(&mut self, now: Timestamp, tx: &Transaction<'_>) -> Result<Vec<OutMessage>, HandlerError> {
        let mut messages = Vec::new();
        loop {
            let done = packing::done(tx, now)?;
            for done in &done {
                messages.push(self.finish(done, now, tx)?);
            }
            packing::begin(tx, self.pace.pickers(), now, self.pace.packing())?;
            self.next_due = packing::next_due(tx)?;
            if self.next_due.is_none_or(|due| due > now) {
                break;
            }
        }
        let depth = packing::queue(tx)?.depth;
        metrics::gauge!(QUEUE_DEPTH).set(depth);
        if depth > 0 {
            let look = now.plus(LOOK_EVERY);
            self.next_due = Some(self.next_due.map_or(look, |due| due.min(look)));
        }
        Ok(messages)
    }

    fn next_deadline(&self) -> Option<Timestamp> {
        self.next_due
    }
}

/// Takes pieces in and gives the event that tells of it.
pub(crate) fn receive(
    composer: &Composer,
    sku: &str,
    quantity: i32,
    now: Timestamp,
    tx: &Transaction<'_>,
) -> Result<OutMessage, HandlerError> {
    let receipt = stock::receive(tx, sku, quantity)?;
    let id = format!("warehouse/stock-received/{sku}/{receipt}");
    composer.event(
        EVENTS,
        sku,
        &id,
        &StockReceived {
            sku: sku.to_owned(),
            quantity,
        },
        now,
    )
}

fn reserve(command: &Command<'_>, tx: &Transaction<'_>) -> Result<Answer, HandlerError> {
    let PickItems { order_id, items } = command.payload()?;
    let saga = command.saga_id();
    let held = reservations::of_saga(tx, &saga)?;
    if !held.is_empty() {
        return Ok(Answer::reply(
            command.reply(EVENTS, &StockReserved { order_id, items: held })?,
        ));
    }
    let wanted = match together(&order_id, &items) {
        Ok(wanted) => wanted,
        Err(reason) => {
            return Ok(Answer::reply(unavailable(
                command,
                order_id,
                "INVALID_COMMAND",
                reason.into(),
            )?));
        }
    };
    for item in &wanted {
        let free = stock::find(tx, &item.sku)?.map_or(0, |stock| stock.on_hand - stock.reserved);
        if free < i64::from(item.quantity) {
            let reason = format!(
                "Of the article '{}' {} are wanted and {free} are free.",
                item.sku, item.quantity
            );
            return Ok(Answer::reply(unavailable(command, order_id, "OUT_OF_STOCK", reason)?));
        }
    }
    for item in &wanted {
        stock::reserve(tx, &item.sku, item.quantity)?;
        reservations::keep(tx, &saga, item)?;
    }
    Ok(Answer::reply(command.reply(
        EVENTS,
        &StockReserved {
            order_id,
            items: wanted,
        },
    )?))
}

/// The items with one line an article, by article.
fn together(order_id: &str, items: &[StockItem]) -> Result<Vec<StockItem>, &'static str> {
    if order_id.is_empty() {
        return Err("The order id is empty.");
    }
    if items.is_empty() {
        return Err("There is no item.");
    }
    let mut wanted: BTreeMap<&str, i32> = BTreeMap::new();
    for item in items {
        if item.sku.is_empty() || item.quantity <= 0 {
            return Err("An item has no article or no pieces.");
        }
        let quantity = wanted.entry(&item.sku).or_default();
        *quantity = quantity
            .checked_add(item.quantity)
            .ok_or("There are too many pieces.")?;
    }
    Ok(wanted
        .into_iter()
        .map(|(sku, quantity)| StockItem {
            sku: sku.to_owned(),
            quantity,
        })
        .collect())
}

fn ready(order_id: String, items: &[StockItem]) -> OrderReadyForShipment {
    let pieces: i64 = items.iter().map(|item| i64::from(item.quantity)).sum();
    let parcels = i32::try_from((pieces + PARCEL_PIECES - 1) / PARCEL_PIECES).unwrap_or(i32::MAX);
    OrderReadyForShipment {
        order_id,
        parcels: parcels.max(1),
    }
}

fn unavailable(
    command: &Command<'_>,
    order_id: String,
    code: &str,
    reason: String,
) -> Result<OutMessage, HandlerError> {
    command.reply(
        EVENTS,
        &StockUnavailable {
            order_id,
            code: code.into(),
            reason,
        },
    )
}

fn not_packed(command: &Command<'_>, order_id: String, code: &str, reason: &str) -> Result<OutMessage, HandlerError> {
    command.reply(
        EVENTS,
        &PackingFailed {
            order_id,
            code: code.into(),
            reason: reason.into(),
        },
    )
}

/// Where replies and events go.
pub(crate) const EVENTS: &str = "warehouse.events";

/// Pieces that fill a parcel.
const PARCEL_PIECES: i64 = 10;

/// How soon a change of the pace is seen while orders wait.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// The gauge of orders that wait for a picker.
const QUEUE_DEPTH: &str = "palinode_warehouse_queue_depth";
