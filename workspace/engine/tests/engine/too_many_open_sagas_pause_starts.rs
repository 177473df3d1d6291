//! Above the cap of open sagas no further starts are read; replies are, and when they have closed enough, starts again.

use palinode_engine::{Settings, cycle::Status};

use crate::support::{Setup, World};

#[test]
fn starts_wait_until_enough_sagas_are_closed() {
    let settings = Settings {
        open_sagas_max: 20,
        ..Settings::default()
    };
    let world = World::with(Setup {
        settings,
        ..Setup::default()
    });
    let mut task = world.task();
    task.poll_max = 1;
    task.take_over();
    for order in 0..60 {
        world.place(&format!("o-{order:02}"));
    }
    task.run();
    let Status::Running {
        open_sagas, waiting, ..
    } = task.status()
    else {
        panic!("{:?}", task.status())
    };
    assert_eq!(
        (open_sagas, waiting.as_deref()),
        (20, Some("starts wait, because too many sagas are open"))
    );
    // A refused order closes its saga without further ado, so that two places become free.
    let commands = world.commands();
    for command in commands
        .iter()
        .filter(|command| ["o-00", "o-01"].contains(&&*command.key))
    {
        world.refuse(command, "NO");
    }
    task.run();
    let Status::Running { open_sagas, .. } = task.status() else {
        panic!("{:?}", task.status())
    };
    assert_eq!(open_sagas, 20, "at nine tenths starts are read again");
    for _ in 0..40 {
        commands.iter().for_each(drop);
        world.obey();
        task.run();
    }
    for command in &commands {
        world.succeed(command);
    }
    for _ in 0..40 {
        task.run();
        world.obey();
    }
    assert_eq!(world.broker.read("palinode.outcomes").len(), 60);
    task.ends_as_replayed();
}
