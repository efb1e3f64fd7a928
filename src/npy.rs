//! Arrays as `NumPy` reads them (`.npy`, version 1.0).

/// A file of 32-bit floats of this shape.
pub fn npy(shape: &[usize], values: &[f32]) -> Vec<u8> {
    /// Magic, version and the header's length.
    const BEFORE_HEADER: usize = 10;
    /// Numbers begin at a multiple of this.
    const ALIGNMENT: usize = 64;
    let sides: Vec<String> = shape.iter().map(usize::to_string).collect();
    let mut header = format!(
        "{{'descr': '<f4', 'fortran_order': False, 'shape': ({},), }}",
        sides.join(", ")
    );
    let length = (BEFORE_HEADER + header.len() + 1).next_multiple_of(ALIGNMENT) - BEFORE_HEADER;
    while header.len() < length - 1 {
        header.push(' ');
    }
    header.push('\n');
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((length as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_begin_after_an_aligned_header_that_tells_the_shape() {
        let bytes = npy(&[2, 1], &[1.0, -2.0]);
        let header = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
        assert_eq!((10 + header) % 64, 0);
        let text = std::str::from_utf8(&bytes[10..10 + header]).unwrap();
        assert!(text.contains("'shape': (2, 1,)") && text.ends_with('\n'));
        assert_eq!(bytes[10 + header..], [0, 0, 128, 63, 0, 0, 0, 192]);
    }
}
