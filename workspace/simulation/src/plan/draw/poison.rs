//! Bytes that are no record of anybody's.

use crate::{Random, plan::Fault, setting};

/// Where good records stand, among the inputs in the order of their names.
pub(crate) const REQUESTS: usize = 1;

/// Some of them. What key they have follows from their number: see [`Fault::Poison`].
pub(super) fn draw(random: &mut Random) -> Fault {
    let topic = usize::try_from(random.below(64)).unwrap_or(0);
    let length = random.below(7);
    let noise: Vec<u8> = (0..length)
        .map(|_| u8::try_from(random.below(256)).unwrap_or(0))
        .collect();
    let anywhere = |bytes| Fault::Poison { topic, bytes };
    match random.below(5) {
        // No frame.
        0 => anywhere(noise),
        1 => anywhere([b"{\"order\": \"o-1\"}".as_slice(), &noise].concat()),
        // A schema that nobody registered.
        2 => anywhere(framed(900_000 + u32::from(noise.is_empty()), &noise)),
        // A schema that it does not follow.
        3 => anywhere(framed(setting::retry_requested(), &noise)),
        // A good record; its key may be none.
        _ => {
            let mut good = vec![6, b'o', b'-', b'1'];
            // A long in as many bytes.
            good.extend(noise.iter().map(|_| 0x81));
            good.push(2);
            Fault::Poison {
                topic: REQUESTS,
                bytes: framed(setting::retry_requested(), &good),
            }
        }
    }
}

fn framed(schema: u32, bytes: &[u8]) -> Vec<u8> {
    [&[0], schema.to_be_bytes().as_slice(), bytes].concat()
}
