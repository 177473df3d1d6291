//! The business without Kafka.

use palinode_participant::{OutMessage, testing::Rig};

use super::*;

fn rig() -> Rig<Shipment> {
    Rig::new(|_, database| Shipment::new(database)).unwrap()
}

fn ship(rig: &mut Rig<Shipment>, order: &str, customer: &str, round: u32) -> Vec<OutMessage> {
    let command = CreateShipment {
        order_id: order.into(),
        customer_id: customer.into(),
        promised_delivery_at: 1_700_000_000_000,
    };
    rig.ask(&format!("order-fulfilment/{order}/shipment/forward/{round}"), &command)
        .unwrap()
}

#[test]
fn an_order_is_shipped_once() {
    let mut rig = rig();
    let first = ship(&mut rig, "7", "ada", 1);
    let shipped: OrderShipped = rig.read(&first[0]).unwrap();
    assert_eq!((shipped.order_id.as_str(), shipped.shipped_at), ("7", rig.now.0));
    rig.now.0 += 5_000;
    assert_eq!(ship(&mut rig, "7", "ada", 1)[0].value, first[0].value, "a repeat");
    assert_eq!(ship(&mut rig, "7", "ada", 2)[0].value, first[0].value, "a later round");
}

#[test]
fn a_shipment_is_refused_for_a_reason() {
    let mut rig = rig();
    for (order, customer, code) in [
        ("1", "unreachable-bob", "CUSTOMER_UNREACHABLE"),
        ("2", "", "INVALID_COMMAND"),
    ] {
        let messages = ship(&mut rig, order, customer, 1);
        assert_eq!(rig.read::<ShipmentFailed>(&messages[0]).unwrap().code, code, "{order}");
        assert_eq!(
            ship(&mut rig, order, customer, 1)[0].value,
            messages[0].value,
            "{order}"
        );
    }
}

#[test]
fn another_services_command_is_a_dead_letter() {
    let mut rig = rig();
    let reply = OrderShipped {
        order_id: "7".into(),
        consignment: "c".into(),
        shipped_at: 0,
    };
    let messages = rig.ask("order-fulfilment/7/shipment/forward/1", &reply).unwrap();
    assert_eq!(messages[0].topic, "palinode.dead-letters");
    assert_eq!(messages[0].header("palinode-error-code"), Some("COMMAND_UNREADABLE"));
}
