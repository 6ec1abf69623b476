//! What the fuzz targets share.

/// Cuts an input into pieces. Their sizes, from 1 to 256 bytes, are taken from its last bytes, so that any file is an input.
pub fn pieces(input: &[u8]) -> Vec<&[u8]> {
    let sizes = &input[input.len().saturating_sub(8)..];
    let mut pieces = Vec::new();
    let mut rest = input;
    for size in sizes.iter().cycle() {
        let (piece, after) = rest.split_at(rest.len().min(usize::from(*size) + 1));
        pieces.push(piece);
        rest = after;
        if rest.is_empty() {
            break;
        }
    }
    pieces
}
