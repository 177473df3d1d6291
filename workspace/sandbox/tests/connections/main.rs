//! Ten thousand connections, half of them idle and half hostile: the others are served within a bounded time, with
//! bounded memory, and whoever comes beyond the limit is refused.
//!
//! The broker is a process of its own, so that its memory can be told from the clients'.

mod crowd;
mod guest;
mod host;

use std::time::{Duration, Instant};

use crowd::Crowd;
use guest::Guest;
use host::Host;
use palinode_sandbox::broker::raise_file_limit;

/// How many connections are held.
const CROWD: usize = 10_000;
/// How many more the broker takes: for guests, and for those who come to be closed at once.
const SPARE: usize = 100;
/// Files of this process that are not connections.
const FILES_KEPT: u64 = 200;
/// How much memory the crowd may cost the broker: what one read takes for each of its connections, and what the large
/// frames send, with room for it in pieces that double.
const CROWD_KIB_MAX: u64 = 16 * CROWD as u64 + 96 * 1024;
/// How long a guest may take for a transaction of a large record and for reading it. Alone it takes some milliseconds.
const SERVED_WITHIN: Duration = Duration::from_secs(5);

#[test]
fn ten_thousand_connections_leave_the_others_served() {
    let files = raise_file_limit().unwrap();
    assert!(
        files >= (CROWD + 2 * SPARE) as u64 + FILES_KEPT,
        "this test needs more open files than {files}: raise the hard limit ('ulimit -Hn')"
    );
    // Given a broker, a guest that it serves, and what that takes of memory
    let host = Host::start(CROWD + SPARE);
    let guest = Guest::new(&host, "before");
    guest.is_served();
    let before = host.memory_kib();
    // When a crowd comes, of which some also come and go all the time
    let begin = Instant::now();
    let crowd = Crowd::gather(&host, CROWD);
    println!("{CROWD} connections in {:?}", begin.elapsed());
    let strangers = crowd::come_and_go(&host);
    // Then the guest that was there before is served, and one that comes, again and again
    let newcomer = Guest::new(&host, "newcomer");
    let mut slowest = Duration::ZERO;
    for guest in [&guest, &newcomer].into_iter().cycle().take(10) {
        slowest = slowest.max(guest.is_served());
    }
    assert!(slowest < SERVED_WITHIN, "a guest waited {slowest:?}");
    let costs = host.memory_kib().saturating_sub(before);
    println!(
        "a guest waits {slowest:?} at most; the crowd costs {} MiB",
        costs / 1024
    );
    assert!(costs < CROWD_KIB_MAX, "{costs} KiB");
    assert!(strangers.stop() > 0, "strangers came");
    // And an idle one is served when it speaks
    crowd.idle_one_is_served();
    // And beyond the limit connections are closed, until there is room again
    drop((guest, newcomer));
    let late = crowd::fill_up(&host, SPARE);
    assert!(!crowd::is_taken(&host), "a connection beyond the limit was served");
    drop(late);
    host.until("there is room", || crowd::is_taken(&host));
    Guest::new(&host, "after").is_served();
}
