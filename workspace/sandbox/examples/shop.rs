//! Starts real Kafka, a registry and a whole shop, prints where they are, and waits for the end of its input.

use std::io::Read;

use palinode_sandbox::{
    kafka::{self, Kafka},
    registry::{self, Registry},
    shop::{Settings, Shop},
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let program = arguments.next().ok_or("usage: shop PROGRAM FOLDER")?;
    let folder = arguments.next().ok_or("usage: shop PROGRAM FOLDER")?;
    let kafka = Kafka::start(kafka::Settings::default())?;
    let registry = Registry::start(registry::Settings::default())?;
    let repository = std::env::current_dir()?;
    let shop = Shop::start(Settings::new(
        program,
        repository,
        folder,
        kafka.bootstrap(),
        registry.url(),
    ))?;
    println!("kafka {}\nregistry {}", kafka.bootstrap(), registry.url());
    for component in shop.components() {
        println!("{component} {}", shop.url(component));
    }
    std::io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}
