//! Serves a registry for development: `registry 127.0.0.1:8081 registry.jsonl`.

use std::env;
use std::error::Error;
use std::path::Path;

use palinode_registry::{Registry, serve};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let (Some(address), Some(file)) = (arguments.next(), arguments.next()) else {
        return Err("usage: registry ADDRESS FILE".into());
    };
    let registry = Registry::open(Path::new(&file))?;
    serve(TcpListener::bind(address).await?, registry).await?;
    Ok(())
}
