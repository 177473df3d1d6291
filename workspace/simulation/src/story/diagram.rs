//! A saga as a sequence diagram, for tools that draw Mermaid.

use std::fmt::Write;

use crate::history::{Entry, Happened};

/// The diagram of what happened, as Mermaid text.
pub(super) fn diagram(entries: &[&Entry]) -> String {
    let mut text = String::from("sequenceDiagram\n    participant Palinode\n");
    for entry in entries {
        // Writing to a string does not fail.
        let _ = match &entry.what {
            Happened::Written { by, what, .. } => writeln!(text, "    {}->>Palinode: {}", name(by), label(what)),
            Happened::Asked { service, id, .. } => {
                let short: Vec<&str> = id.split('/').skip(2).collect();
                writeln!(text, "    Palinode->>{}: {}", name(service), label(&short.join(" ")))
            }
            Happened::Fault { kind, .. } => writeln!(text, "    Note over Palinode: {}", label(kind)),
            Happened::NodeEnded { node, .. } => writeln!(text, "    Note over Palinode: node {node} is gone"),
            Happened::NodeBegan { node, .. } => writeln!(text, "    Note over Palinode: node {node} starts"),
            Happened::Healed => writeln!(text, "    Note over Palinode: all is healed"),
            _ => Ok(()),
        };
    }
    text
}

/// A name that Mermaid takes.
fn name(who: &str) -> String {
    who.chars()
        .map(|letter| if letter.is_alphanumeric() { letter } else { '_' })
        .collect()
}

/// A text that Mermaid takes.
fn label(text: &str) -> String {
    text.replace([';', '#', '\n'], " ")
}

#[cfg(test)]
mod tests {
    use palinode_core::Timestamp;
    use palinode_log::TopicPartition;

    use super::*;

    #[test]
    fn messages_and_faults_are_drawn() {
        let entry = |what| Entry { at: Timestamp(0), what };
        let entries = [
            entry(Happened::Written {
                by: "a customer".into(),
                to: TopicPartition::new("orders.events", 0),
                offset: 0,
                what: "OrderPlaced; o-1".into(),
            }),
            entry(Happened::Asked {
                service: "payment".into(),
                id: "order-fulfilment/o-1/payment/forward/1/1".into(),
                what: String::new(),
            }),
            entry(Happened::Healed),
        ];
        let drawn = diagram(&entries.iter().collect::<Vec<_>>());
        let lines: Vec<&str> = drawn.lines().skip(2).map(str::trim).collect();
        assert_eq!(
            lines,
            [
                "a_customer->>Palinode: OrderPlaced  o-1",
                "Palinode->>payment: payment forward 1 1",
                "Note over Palinode: all is healed"
            ]
        );
    }
}
