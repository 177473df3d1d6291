//! Bytes that are no record of anybody's.

use crate::{Random, setting};

/// Some of them. What key they have follows from their number: see [`crate::plan::Fault::Poison`].
pub(super) fn draw(random: &mut Random) -> Vec<u8> {
    let length = random.below(7);
    let noise: Vec<u8> = (0..length)
        .map(|_| u8::try_from(random.below(256)).unwrap_or(0))
        .collect();
    match random.below(5) {
        // No frame.
        0 => noise,
        1 => [b"{\"order\": \"o-1\"}".as_slice(), &noise].concat(),
        // A schema that nobody registered.
        2 => framed(900_000 + u32::from(noise.is_empty()), &noise),
        // A schema that it does not follow.
        3 => framed(setting::retry_requested(), &noise),
        // A good record; its key may be none.
        _ => {
            let mut good = vec![6, b'o', b'-', b'1'];
            // A long in as many bytes.
            good.extend(noise.iter().map(|_| 0x81));
            good.push(2);
            framed(setting::retry_requested(), &good)
        }
    }
}

fn framed(schema: u32, bytes: &[u8]) -> Vec<u8> {
    [&[0], schema.to_be_bytes().as_slice(), bytes].concat()
}
