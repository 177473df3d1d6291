//! A chat message, as it goes over the wire.

use serde::{Deserialize, Serialize};

use crate::Text;

/// Bytes of a reason in a message: a sentence. A chat shows no more at a glance.
const REASON_BYTES_MAX: usize = 300;

/// The JSON body of the webhook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatMessage {
    /// What the customer reads.
    pub text: String,
    /// The same for every copy of the message: the receiver drops those it has.
    pub message_id: String,
    /// The order that it is about.
    pub order_id: String,
}

impl ChatMessage {
    /// The message that tells `text` of an order, because of the event `event_id`.
    ///
    /// What an order is told once has an id of order and text alone, so that two events that say the same (a
    /// participant repeats its answer to a repeated command) make one message.
    pub fn new(text: Text, order_id: &str, reason: Option<&str>, event_id: &str) -> Self {
        let message_id = match text.is_repeatable() {
            true => format!("{order_id}/{}/{event_id}", text.key()),
            false => format!("{order_id}/{}", text.key()),
        };
        let text = text.english(order_id, reason.map(cut));
        Self {
            text,
            message_id,
            order_id: order_id.to_owned(),
        }
    }
}

fn cut(reason: &str) -> &str {
    let end = (0..=REASON_BYTES_MAX.min(reason.len()))
        .rev()
        .find(|at| reason.is_char_boundary(*at))
        .unwrap_or(0);
    &reason[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_once_has_one_id_whatever_event_says_it() {
        let one = ChatMessage::new(Text::Shipped, "o-1", None, "a");
        assert_eq!(one, ChatMessage::new(Text::Shipped, "o-1", None, "b"));
        assert_eq!(one.message_id, "o-1/shipped");
        assert_eq!(one.text, "Shipped (order o-1)");
    }

    #[test]
    fn what_can_be_told_again_has_an_id_of_its_event() {
        let id = |event| ChatMessage::new(Text::PaymentWanted, "o-1", None, event).message_id;
        assert_ne!(id("a"), id("b"));
    }

    #[test]
    fn a_long_reason_is_cut_at_a_character() {
        let message = ChatMessage::new(Text::PaymentFailed, "o-1", Some(&"ä".repeat(400)), "a");
        assert_eq!(message.text, format!("Payment failed: {} (order o-1)", "ä".repeat(150)));
    }
}
