//! `palinode sandbox` and its subcommands.

use anyhow::Context;
use serde_json::Value as Json;

use super::{
    arguments::{self, Action, Clock, Sandbox, Send, Stub, Target},
    client::Control,
    control::{Done, Leap, Order, Sent, Snapshot},
    form::Given,
    run,
    status::Status,
    stub::Change,
};
use crate::{Verdict, say};

/// Keys that are printed after a large order; the rest is counted.
const KEYS_SHOWN: usize = 10;

pub(crate) fn sandbox(arguments: &Sandbox) -> anyhow::Result<Verdict> {
    match &arguments.action {
        None => run::run(&arguments.run)?,
        Some(Action::Send(arguments)) => send(arguments)?,
        Some(Action::Clock(arguments)) => clock(arguments)?,
        Some(Action::Stub(arguments)) => stub(arguments)?,
        Some(Action::Status(target)) => status(target)?,
        Some(Action::Snapshot(arguments)) => snapshot("/snapshot", arguments)?,
        Some(Action::Restore(arguments)) => snapshot("/restore", arguments)?,
        Some(Action::Scenario(target)) => print(control(target)?.text("/scenario")?)?,
    }
    Ok(Verdict::Done)
}

fn send(arguments: &Send) -> anyhow::Result<()> {
    let fields: anyhow::Result<Given> = arguments.fields.iter().map(|field| parse(field)).collect();
    let order = Order {
        definition: arguments.definition.clone(),
        key: arguments.key.clone(),
        count: arguments.count,
        cancel: arguments.cancel,
        fields: fields?,
    };
    let Sent { keys } = control(&arguments.target)?.post("/send", &order)?;
    keys.iter().take(KEYS_SHOWN).try_for_each(say)?;
    if keys.len() > KEYS_SHOWN {
        say(format!("… {} in all", keys.len()))?;
    }
    Ok(())
}

fn clock(arguments: &Clock) -> anyhow::Result<()> {
    let leap = Leap { span: arguments.span };
    let Done { done } = control(&arguments.target)?.post("/clock", &leap)?;
    say(done)
}

fn stub(arguments: &Stub) -> anyhow::Result<()> {
    let either = |yes: bool, no: bool| (yes || no).then_some(yes);
    let change = Change {
        command: arguments.command.clone(),
        outage: either(arguments.outage, arguments.back),
        failures: arguments.failures,
        duplicates: arguments.duplicates,
        reorder: arguments.reorder,
        latency: arguments.latency,
        real: either(arguments.off, arguments.on),
    };
    let Done { done } = control(&arguments.target)?.post("/stub", &change)?;
    say(done)
}

fn snapshot(path: &str, arguments: &arguments::Snapshot) -> anyhow::Result<()> {
    // The sandbox may have been started elsewhere.
    let folder = std::path::absolute(&arguments.folder)?;
    let Done { done } = control(&arguments.target)?.post(path, &Snapshot { folder })?;
    say(done)
}

fn print(text: String) -> anyhow::Result<()> {
    say(text.trim_end())
}

fn status(target: &Target) -> anyhow::Result<()> {
    let status: Status = control(target)?.get("/status")?;
    say(status.to_string().trim_end())
}

fn control(target: &Target) -> anyhow::Result<Control> {
    Control::new(&target.control)
}

/// A field and its value: JSON, or else text.
fn parse(field: &str) -> anyhow::Result<(String, Json)> {
    let (name, value) = field
        .split_once('=')
        .with_context(|| format!("'{field}' is not NAME=VALUE, for example total_minor=4200"))?;
    let value = serde_json::from_str(value).unwrap_or_else(|_| value.into());
    Ok((name.to_owned(), value))
}
