//! Goods: picked, put back, packed, unpacked.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::book::{BARRED, Book, Refusal, Work};
use crate::shop::{
    answer::Answer,
    order::{ARTICLES, Item},
};

const UNAVAILABLE: &str = "shop.warehouse.StockUnavailable";
const PARCEL: &str = "parcel";
const PACKING_FAILED: &str = "shop.warehouse.PackingFailed";

/// The warehouse's books.
pub(in super::super) struct Warehouse {
    /// Pieces on the shelves.
    shelves: BTreeMap<&'static str, i32>,
    /// What is picked, by order, with the number of the picking.
    picked: BTreeMap<String, (u32, Vec<Item>)>,
    /// Orders whose goods were put back, and steps that were taken back.
    barred: BTreeSet<String>,
    pickings: u32,
}

#[derive(Deserialize)]
struct Pick {
    items: Vec<Item>,
}

#[derive(Serialize)]
struct Moved<'w> {
    order_id: &'w str,
    items: &'w [Item],
}

#[derive(Serialize)]
struct Ready<'w> {
    order_id: &'w str,
    parcels: i32,
}

#[derive(Serialize)]
struct Unpacked<'w> {
    order_id: &'w str,
}

impl Default for Warehouse {
    fn default() -> Self {
        Self {
            shelves: ARTICLES.into_iter().collect(),
            picked: BTreeMap::new(),
            barred: BTreeSet::new(),
            pickings: 0,
        }
    }
}

impl Book for Warehouse {
    fn carry_out(&mut self, work: &Work<'_>) -> Option<Answer> {
        match work.command.record.as_str() {
            "shop.warehouse.PickItems" => self.pick(work),
            "shop.warehouse.ReleaseStock" => Some(self.release(work)),
            "shop.warehouse.StartFulfilment" => Some(self.pack(work)),
            "shop.warehouse.UnpackOrder" => Some(self.unpack(work)),
            _ => None,
        }
    }
}

impl Warehouse {
    fn pick(&mut self, work: &Work<'_>) -> Option<Answer> {
        let order = work.order();
        if let Some((number, items)) = self.picked.get(order) {
            return Some(reserved(work, *number, items));
        }
        if self.barred.contains(&work.command.step()) && !work.slips_the_bar {
            return Some(work.refuse(UNAVAILABLE, BARRED));
        }
        if let Some(refused) = work.refused(UNAVAILABLE, "BUSY", "OUT_OF_STOCK") {
            return Some(refused);
        }
        let wanted: Pick = work.pen.read(&work.command.value)?;
        let there = |item: &Item| self.shelves.get(item.sku.as_str()).copied().unwrap_or(0);
        if wanted.items.iter().any(|item| there(item) < item.quantity) {
            return Some(work.refuse(UNAVAILABLE, "OUT_OF_STOCK"));
        }
        self.move_items(&wanted.items, -1);
        self.pickings += 1;
        let answer = reserved(work, self.pickings, &wanted.items);
        self.picked.insert(order.to_owned(), (self.pickings, wanted.items));
        Some(answer)
    }

    /// Puts back what was picked; nothing is a success, too.
    fn release(&mut self, work: &Work<'_>) -> Answer {
        let order = work.order();
        self.barred.insert(work.command.step());
        let items = self.picked.remove(order).map(|(_, items)| items).unwrap_or_default();
        self.move_items(&items, 1);
        let moved = Moved {
            order_id: order,
            items: &items,
        };
        work.answer("shop.warehouse.StockReleased", &moved)
    }

    fn pack(&mut self, work: &Work<'_>) -> Answer {
        if self.barred.contains(&work.command.step()) && !work.slips_the_bar {
            return work.refuse(PACKING_FAILED, BARRED);
        }
        if let Some(refused) = work.refused(PACKING_FAILED, "BUSY", "DAMAGED") {
            return refused;
        }
        let ready = Ready {
            order_id: work.order(),
            parcels: 1,
        };
        work.answer("shop.warehouse.OrderReadyForShipment", &ready)
    }

    /// Only a parcel can refuse, and only for now: the box cannot be found.
    fn unpack(&mut self, work: &Work<'_>) -> Answer {
        let is_of_parcel = work.command.request.saga.definition.as_str() == PARCEL;
        if is_of_parcel && work.refusal == Some(Refusal::ForNow) {
            return work.refuse(UNAVAILABLE, "BUSY");
        }
        self.barred.insert(work.command.step());
        let unpacked = Unpacked { order_id: work.order() };
        work.answer("shop.warehouse.OrderUnpacked", &unpacked)
    }

    fn move_items(&mut self, items: &[Item], times: i32) {
        for item in items {
            if let Some(pieces) = self.shelves.get_mut(item.sku.as_str()) {
                *pieces += times * item.quantity;
            }
        }
    }
}

fn reserved(work: &Work<'_>, number: u32, items: &[Item]) -> Answer {
    let moved = Moved {
        order_id: work.order(),
        items,
    };
    let id = format!("warehouse/picking/{}/{number}", work.order());
    work.answer_with("shop.warehouse.StockReserved", id, &moved)
}
