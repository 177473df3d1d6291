//! Ownership of a task by its transactional ids: what a displaced owner can still do, which is nothing.

use std::{
    env,
    io::{BufRead, BufReader, Write},
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use palinode_log::{
    Outcome, Slot, TaskLog,
    kafka::{KafkaTask, Membership, News, Proposal},
};
use palinode_tests::log_world::{EVERYTHING, World, fence_all, is_committed, until, value};
use rdkafka::producer::{BaseRecord, Producer};

const SHORT: Duration = Duration::from_secs(10);
/// The session of a member; a group that only learns by its end that a member has left needs at least so long.
const SESSION: Duration = Duration::from_secs(6);

#[test]
fn a_zombie_with_an_open_transaction_writes_nothing() {
    let world = World::new();
    let zombie = world.raw_producer(&world.transactional_id(0, Slot::A));
    let journal = world.topic("palinode.journal");
    let write = |text: &str| {
        zombie
            .send(BaseRecord::to(&journal).partition(0).key("key").payload(text))
            .map_err(|(why, _)| why)
    };
    zombie.begin_transaction().unwrap();
    write("before").unwrap();
    zombie.flush(SHORT).unwrap();

    let mut owner = world.task(0);
    fence_all(&mut owner);
    let final_bounds = owner.journal_bounds().unwrap();

    // The zombie goes on as if nothing had happened.
    let _ = write("after");
    let _ = zombie.flush(SHORT);
    assert!(zombie.commit_transaction(SHORT).is_err());
    assert_eq!(owner.journal_bounds().unwrap(), final_bounds);
    assert!(world.values("palinode.journal", 0).is_empty());

    assert!(is_committed(&owner.commit(Slot::A, &[world.journal(0, "claim")])));
    assert_eq!(world.values("palinode.journal", 0), ["claim"]);
}

#[test]
fn an_idle_zombie_is_told_that_it_is_fenced() {
    let world = World::new();
    world.create_snapshots();
    let mut zombie = world.owner(0);
    assert!(is_committed(
        &zombie.commit(Slot::A, &[world.journal(0, "zombie's claim")])
    ));
    let mut owner = world.owner(0);
    assert!(is_committed(&owner.commit(Slot::A, &[world.journal(0, "claim")])));

    for slot in Slot::ALL {
        let records = [world.journal(0, "late"), world.record("out", None, "key", "late")];
        assert_eq!(zombie.commit(slot, &records), Outcome::Fenced, "{slot:?}");
        // And it stays so until a new take-over.
        assert!(matches!(zombie.commit(slot, &records), Outcome::Indefinite { .. }));
    }

    assert!(is_committed(&owner.commit(Slot::B, &[world.journal(0, "work")])));
    assert_eq!(world.values("palinode.journal", 0), ["zombie's claim", "claim", "work"]);
    assert!((0..world.application.partitions).all(|partition| world.values("out", partition).is_empty()));
}

/// The claim on a alone, then the right to use b.
fn claim(world: &World, task: &mut KafkaTask, name: &str) -> bool {
    is_committed(&task.commit(Slot::A, &[world.journal(0, &format!("claim of {name}"))]))
}

#[test]
fn of_two_contenders_only_one_claims_however_their_inits_interleave() {
    // Every order of the two contenders' six initialisations, true being the first contender's turn; the first one
    // begins, since the other half is the same with the names exchanged.
    let orders: Vec<Vec<bool>> = (0..64_u32)
        .filter(|bits| bits.count_ones() == 3 && bits & 1 == 1)
        .map(|bits| (0..6).map(|turn| bits >> turn & 1 == 1).collect())
        .collect();
    assert_eq!(orders.len(), 10);
    let world = World::new();
    for order in orders {
        let (mut first, mut second) = (world.task(0), world.task(0));
        let (mut slots_of_first, mut slots_of_second) = (Slot::ALL.iter(), Slot::ALL.iter());
        for firsts_turn in &order {
            let (contender, slots) = if *firsts_turn {
                (&mut first, &mut slots_of_first)
            } else {
                (&mut second, &mut slots_of_second)
            };
            contender.fence(*slots.next().unwrap()).unwrap();
        }

        let claims = [claim(&world, &mut first, "first"), claim(&world, &mut second, "second")];
        assert_eq!(
            claims.iter().filter(|claimed| **claimed).count(),
            1,
            "{order:?}: {claims:?}"
        );

        // The one without a claim decides nothing on the id that it could have used by itself. The one with it may
        // have lost b to the other's later init: then it decides nothing on it either and takes over again.
        let (owner, _) = if claims[0] {
            (&mut first, &mut second)
        } else {
            (&mut second, &mut first)
        };
        let outcome = owner.commit(Slot::B, &[world.journal(0, "decision")]);
        assert!(
            is_committed(&outcome) || outcome == Outcome::Fenced,
            "{order:?}: {outcome:?}"
        );
        if outcome == Outcome::Fenced {
            fence_all(owner);
            assert!(claim(&world, owner, "owner"));
            assert!(is_committed(&owner.commit(Slot::B, &[world.journal(0, "decision")])));
        }
    }
}

#[test]
fn a_claim_is_read_behind_everything_that_stands_before_it() {
    let world = World::new();
    let mut old = world.owner(0);
    assert!(is_committed(&old.commit(Slot::A, &[world.journal(0, "one")])));
    assert!(is_committed(&old.commit(Slot::B, &[world.journal(0, "two")])));

    let mut new = world.owner(0);
    let Outcome::Committed {
        journal_offset: Some(own),
    } = new.commit(Slot::A, &[world.journal(0, "claim")])
    else {
        panic!("no claim")
    };
    new.open_journal(0).unwrap();
    let mut replayed = Vec::new();
    until("one's own claim", || {
        new.poll_journal(EVERYTHING, Duration::from_millis(20), &mut replayed)
            .unwrap();
        replayed.last().is_some_and(|record| record.offset == own)
    });
    assert_eq!(replayed.iter().map(value).collect::<Vec<_>>(), ["one", "two", "claim"]);
}

/// This test's own binary as another process: what `role` names, with what it needs to find the world.
fn other_process(world: &World, test: &str, member: &str) -> Child {
    Command::new(env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture", "--test-threads=1"])
        .env("PALINODE_TEST_ROLE", test)
        .env("PALINODE_TEST_BOOTSTRAP", &world.settings.bootstrap_servers)
        .env("PALINODE_TEST_PREFIX", world.application.topic_prefix.as_ref())
        .env("PALINODE_TEST_MEMBER", member)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// The world that `other_process` handed over; none in the test run itself.
fn role(test: &str) -> Option<World> {
    if env::var("PALINODE_TEST_ROLE").ok()? != test {
        return None;
    }
    let given = |name: &str| env::var(name).unwrap();
    Some(World::named(
        &given("PALINODE_TEST_BOOTSTRAP"),
        &given("PALINODE_TEST_PREFIX"),
        &given("PALINODE_TEST_MEMBER"),
    ))
}

fn signal(child: &Child, signal: libc::c_int) {
    let sent = Command::new("kill")
        .arg(format!("-{signal}"))
        .arg(child.id().to_string())
        .status()
        .unwrap();
    assert!(sent.success());
}

/// Lines of a process that start with '#', without it.
fn lines(child: &mut Child) -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    let output = BufReader::new(child.stdout.take().unwrap());
    thread::spawn(move || {
        for line in output.lines().map_while(Result::ok) {
            if let Some((_, said)) = line.split_once('#') {
                let _ = sender.send(said.to_owned());
            }
        }
    });
    receiver
}

fn say(line: &str) {
    println!("#{line}");
    let _ = std::io::stdout().flush();
}

/// Not a test of its own: the process that is paused by the next one. It commits without end.
#[test]
fn role_of_the_paused_owner() {
    let Some(world) = role("role_of_the_paused_owner") else {
        return;
    };
    let mut task = world.owner(0);
    let mut slot = Slot::A;
    for number in 0.. {
        let outcome = task.commit(
            slot,
            &[
                world.journal(0, &number.to_string()),
                world.record("out", None, "k", "v"),
            ],
        );
        match outcome {
            Outcome::Committed { .. } => say(&number.to_string()),
            other => {
                say(&format!("ended {other:?}"));
                return;
            }
        }
        slot = slot.other();
    }
}

#[test]
fn a_process_that_is_paused_and_resumed_after_a_take_over_writes_nothing() {
    let world = World::new();
    let mut child = other_process(&world, "role_of_the_paused_owner", "zombie");
    let said = lines(&mut child);
    let mut committed = 0;
    while committed < 20 {
        committed = said.recv_timeout(SHORT).expect("a commit").parse().unwrap();
    }

    signal(&child, libc::SIGSTOP);
    let started = Instant::now();
    let mut owner = world.owner(0);
    let outcome = owner.commit(Slot::A, &[world.journal(0, "claim")]);
    println!("take-over of a paused owner: {:?}", started.elapsed());
    assert!(is_committed(&outcome), "{outcome:?}");
    let before: Vec<_> = world.values("palinode.journal", 0);
    signal(&child, libc::SIGCONT);

    let mut last = committed;
    let end = loop {
        let line = said.recv_timeout(SHORT).expect("an end");
        match line.parse() {
            Ok(number) => last = number,
            Err(_) => break line,
        }
    };
    child.wait().unwrap();
    println!("the zombie {end}");
    assert!(
        end.starts_with("ended Fenced") || end.starts_with("ended Indefinite"),
        "{end}"
    );
    assert!(is_committed(&owner.commit(Slot::B, &[world.journal(0, "work")])));
    let after = world.values("palinode.journal", 0);

    // Nothing came after the claim but the owner's own, and nothing that the zombie was told is committed is missing.
    assert_eq!(after[..before.len()], before);
    assert_eq!(after[before.len()..], ["work"]);
    assert_eq!(before.last().map(String::as_str), Some("claim"));
    let numbers: Vec<usize> = before[..before.len() - 1]
        .iter()
        .map(|text| text.parse().unwrap())
        .collect();
    assert_eq!(numbers, (0..numbers.len()).collect::<Vec<_>>());
    assert!(
        numbers.len() > last,
        "{} stand, and {last} was told to be committed",
        numbers.len()
    );
}

/// A membership whose news a test receives.
fn join(world: &World, member: &str) -> (Membership, mpsc::Receiver<News>) {
    let (sender, news) = mpsc::channel();
    let world = world.seen_by(member);
    let membership = Membership::join(&world.settings, &world.application, move |said| {
        let _ = sender.send(said);
    });
    (membership.unwrap(), news)
}

/// Follows the news until exactly `count` tasks are assigned.
fn follow(news: &mpsc::Receiver<News>, tasks: &mut Vec<i32>, count: usize) {
    let deadline = Instant::now() + Duration::from_secs(40);
    while tasks.len() != count {
        let left = deadline.saturating_duration_since(Instant::now());
        match news.recv_timeout(left).expect("news").proposal {
            Proposal::Assigned(more) => tasks.extend(more),
            Proposal::Revoked(less) | Proposal::Lost(less) => tasks.retain(|task| !less.contains(task)),
        }
    }
    tasks.sort_unstable();
}

#[test]
fn an_orderly_stop_hands_the_tasks_over_at_once() {
    let world = World::new();
    let (mut of_first, mut of_second) = (Vec::new(), Vec::new());
    let started = Instant::now();
    let (first, news_of_first) = join(&world, "first");
    follow(&news_of_first, &mut of_first, 4);
    println!("first assignment: {:?}", started.elapsed());
    assert_eq!(of_first, [0, 1, 2, 3]);

    let started = Instant::now();
    let (second, news_of_second) = join(&world, "second");
    follow(&news_of_second, &mut of_second, 2);
    follow(&news_of_first, &mut of_first, 2);
    println!("half of it moved to a second member: {:?}", started.elapsed());
    assert!(of_first.iter().all(|task| !of_second.contains(task)));

    let started = Instant::now();
    assert!(first.close(SHORT));
    println!("an orderly stop: {:?}", started.elapsed());
    follow(&news_of_second, &mut of_second, 4);
    let moved = started.elapsed();
    println!("everything moved after it: {moved:?}");
    assert_eq!(of_second, [0, 1, 2, 3]);
    // Well below the session's six seconds, which a static member's end would otherwise take.
    assert!(moved < Duration::from_millis(4_500), "{moved:?}");
    let told: Vec<News> = news_of_first.try_iter().collect();
    let last = told.last().map(|news| &news.proposal);
    assert!(
        matches!(last, Some(Proposal::Revoked(tasks)) if tasks.len() == 2),
        "{told:?}"
    );
    assert!(second.close(SHORT));
}

#[test]
fn whoever_comes_back_after_an_orderly_stop_is_given_tasks_again() {
    let world = World::new();
    let mut of_first = Vec::new();
    let (first, news_of_first) = join(&world, "first");
    follow(&news_of_first, &mut of_first, 4);
    assert!(first.close(SHORT));

    // Alone: the group still has the session of before, and with it what the member asked for when it left.
    let started = Instant::now();
    let (first, news_of_first) = join(&world, "first");
    of_first.clear();
    follow(&news_of_first, &mut of_first, 4);
    println!("everything was given back after {:?}", started.elapsed());
    assert_eq!(of_first, [0, 1, 2, 3]);

    let mut of_second = Vec::new();
    let (second, news_of_second) = join(&world, "second");
    follow(&news_of_second, &mut of_second, 2);
    follow(&news_of_first, &mut of_first, 2);
    assert!(second.close(SHORT));
    follow(&news_of_first, &mut of_first, 4);

    // Beside another one, which meanwhile has everything.
    let started = Instant::now();
    let (second, news_of_second) = join(&world, "second");
    of_second.clear();
    follow(&news_of_second, &mut of_second, 2);
    follow(&news_of_first, &mut of_first, 2);
    println!("half of it was given back after {:?}", started.elapsed());
    assert!(of_first.iter().all(|task| !of_second.contains(task)));

    // All of them stop, and all of them come back: nobody was there to whom tasks could move.
    assert!(first.close(SHORT));
    assert!(second.close(SHORT));
    let started = Instant::now();
    let (first, news_of_first) = join(&world, "first");
    let (second, news_of_second) = join(&world, "second");
    of_first.clear();
    of_second.clear();
    follow(&news_of_first, &mut of_first, 2);
    follow(&news_of_second, &mut of_second, 2);
    println!("each was given half of it after {:?}", started.elapsed());
    assert!(first.close(SHORT));
    assert!(second.close(SHORT));
}

#[test]
fn whoever_stops_in_order_leaves_its_tasks_to_the_others_at_once() {
    let world = World::new();
    let (mut of_first, mut of_second) = (Vec::new(), Vec::new());
    let (first, news_of_first) = join(&world, "first");
    follow(&news_of_first, &mut of_first, 4);
    let (second, news_of_second) = join(&world, "second");
    follow(&news_of_second, &mut of_second, 2);
    follow(&news_of_first, &mut of_first, 2);

    // The second one does not lead the group: whoever leads it was heard by the group always.
    let stopped = Instant::now();
    assert!(second.close(SHORT));
    follow(&news_of_first, &mut of_first, 4);
    println!("everything is at the first one after {:?}", stopped.elapsed());
    assert!(stopped.elapsed() < SESSION, "the group waited for the session's end");
    assert!(first.close(SHORT));
}

/// Not a test of its own: the member that is killed by the next one.
#[test]
fn role_of_the_killed_member() {
    let Some(world) = role("role_of_the_killed_member") else {
        return;
    };
    let (_membership, news) = join(&world, &world.application.member);
    let mut tasks = Vec::new();
    for said in news {
        if let Proposal::Assigned(more) = said.proposal {
            tasks.extend(more);
        }
        say(&tasks.len().to_string());
    }
}

#[test]
fn a_killed_members_tasks_move_when_its_session_ends() {
    let world = World::new();
    let mut child = other_process(&world, "role_of_the_killed_member", "killed");
    let said = lines(&mut child);
    assert_eq!(said.recv_timeout(Duration::from_secs(40)).unwrap(), "4");
    let (mut tasks, started) = (Vec::new(), Instant::now());
    let (survivor, news) = join(&world, "survivor");
    follow(&news, &mut tasks, 2);
    println!("half of it moved: {:?}", started.elapsed());

    let killed = Instant::now();
    child.kill().unwrap();
    child.wait().unwrap();
    follow(&news, &mut tasks, 4);
    let moved = killed.elapsed();
    println!("a killed member's tasks moved after {moved:?}");
    assert!(
        moved > Duration::from_secs(2),
        "its session cannot have ended: {moved:?}"
    );
    assert!(survivor.close(SHORT));
}
