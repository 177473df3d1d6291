//! Ports that nobody listens on.

use std::net::{Ipv4Addr, TcpListener};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::{Error, Result};

/// The range lies below that from which Linux takes the ports of outgoing connections (32768), so that no client takes
/// a port between its choice here and its use.
const FIRST: u16 = 20_000;
const LAST: u16 = 31_999;
const COUNT: u32 = (LAST - FIRST) as u32 + 1;

/// How far apart two processes begin to look, so that test binaries that run side by side do not meet.
const STRIDE: u32 = 127;

static TAKEN: AtomicU32 = AtomicU32::new(0);

/// A port on 127.0.0.1 that is free and was not given out by this process before.
///
/// # Errors
/// When the whole range is taken.
pub fn free() -> Result<u16> {
    let start = process::id().wrapping_mul(STRIDE);
    for _ in 0..COUNT {
        let step = TAKEN.fetch_add(1, Ordering::Relaxed);
        let port = FIRST + (start.wrapping_add(step) % COUNT) as u16;
        if is_free(port) {
            return Ok(port);
        }
    }
    Err(Error::NoFreePort {
        first: FIRST,
        last: LAST,
    })
}

/// Whether nobody listens on the port of 127.0.0.1.
pub fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_port_is_given_out_once() {
        let ports: BTreeSet<u16> = (0..50).map(|_| free().unwrap()).collect();

        assert_eq!(ports.len(), 50);
    }

    #[test]
    fn a_port_with_a_listener_is_not_free() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, free().unwrap())).unwrap();

        assert!(!is_free(listener.local_addr().unwrap().port()));
    }
}
