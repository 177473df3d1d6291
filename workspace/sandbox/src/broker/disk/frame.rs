//! Frames of the log of changes: a length, a checksum of the content, and a checksum of both that knows the frame's place,
//! so that content which looks like a frame is none.

/// Bytes before the content.
pub(super) const HEADER_BYTES: usize = 12;

/// Adds the frame that is to stand at a place.
pub(super) fn push(frames: &mut Vec<u8>, at: u64, content: &[u8]) {
    let length = u32::try_from(content.len()).unwrap_or(u32::MAX).to_be_bytes();
    let checksum = crc32c::crc32c(content).to_be_bytes();
    frames.extend_from_slice(&length);
    frames.extend_from_slice(&checksum);
    frames.extend_from_slice(&seal(at, &length, &checksum));
    frames.extend_from_slice(content);
}

/// The content of the frame that stands whole at a place, and the bytes of the frame.
pub(super) fn at(bytes: &[u8], place: usize) -> Option<(&[u8], usize)> {
    let frame = bytes.get(place..)?;
    let header = frame.get(..HEADER_BYTES)?;
    let (length, rest) = header.split_at(4);
    let (checksum, sealed) = rest.split_at(4);
    if seal(place as u64, length, checksum) != sealed {
        return None;
    }
    let length = u32::from_be_bytes(length.try_into().ok()?) as usize;
    let content = frame.get(HEADER_BYTES..HEADER_BYTES + length)?;
    (crc32c::crc32c(content).to_be_bytes() == checksum).then_some((content, HEADER_BYTES + length))
}

fn seal(at: u64, length: &[u8], checksum: &[u8]) -> [u8; 4] {
    let place = crc32c::crc32c(&at.to_be_bytes());
    crc32c::crc32c_append(crc32c::crc32c_append(place, length), checksum).to_be_bytes()
}
