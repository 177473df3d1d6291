//! The last record of every transaction tells the positions that it advances; a claim stands alone.
//!
//! The shell of these tests checks every transaction as it is asked for; here the journal is read as a stranger would.

use crate::support::World;

#[test]
fn the_journal_is_a_claim_and_then_transactions_that_end_with_positions() {
    let world = World::new();
    let mut task = world.task();
    task.take_over();
    world.place("o-1");
    for _ in 0..5 {
        task.run();
        world.obey();
    }
    task.run();
    let books = world.books();
    assert_eq!(books[0], "claimed");
    assert_eq!(
        books.iter().filter(|record| **record == "positions").count() as u32,
        task.transactions - 1
    );
    assert_eq!(books.last(), Some(&"positions"));
    for ((topic, partition), position) in world.positions() {
        let records = world.broker.read(&topic);
        let read = records
            .iter()
            .filter(|record| record.source.partition == partition)
            .count();
        assert_eq!(position, read as i64, "{topic}/{partition} is read to its end");
    }
    task.ends_as_replayed();
}
