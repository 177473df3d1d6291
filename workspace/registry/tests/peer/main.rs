//! Apicurio Registry, with its API for Confluent's clients, answers the same scenarios, but for the differences that are
//! listed. So the scenarios are not only what this registry does.

mod apicurio;
mod differences;
#[path = "../suite/mod.rs"]
mod suite;

use apicurio::Apicurio;
use suite::Peer;

#[tokio::test]
async fn apicurio_differs_in_what_is_listed_and_in_nothing_else() {
    let apicurio = Apicurio::start().await;
    let peer = Peer::new(apicurio.base(), differences::of_apicurio());

    let mut failures = Vec::new();
    for scenario in suite::all() {
        failures.extend(peer.play(&scenario).await);
    }

    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
