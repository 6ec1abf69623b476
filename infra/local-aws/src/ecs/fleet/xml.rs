//! What the emulator answers: XML as a tree, and base64 in it.

use quick_xml::Reader;
use quick_xml::events::Event;

/// An element.
#[derive(Debug, Default)]
pub struct Element {
    name: String,
    text: String,
    elements: Vec<Element>,
}

impl Element {
    /// The document as an element without a name.
    pub fn read(text: &str) -> Result<Self, quick_xml::Error> {
        let mut reader = Reader::from_str(text);
        let mut open = vec![Self::default()];
        loop {
            match reader.read_event()? {
                Event::Start(start) => {
                    let name = String::from_utf8_lossy(start.name().as_ref()).into_owned();
                    open.push(Self { name, ..Self::default() });
                }
                Event::Text(text) => {
                    if let Some(element) = open.last_mut() {
                        element.text += &text.decode()?;
                    }
                }
                Event::End(_) => {
                    let closed = open.pop().unwrap_or_default();
                    if let Some(outer) = open.last_mut() {
                        outer.elements.push(closed);
                    }
                }
                Event::Eof => return Ok(open.swap_remove(0)),
                _ => {}
            }
        }
    }

    /// The elements of a name, however deep.
    pub fn all<'a>(&'a self, name: &str) -> Vec<&'a Self> {
        let deeper = |it: &'a Self| if it.name == name { vec![it] } else { it.all(name) };
        self.elements.iter().flat_map(deeper).collect()
    }

    /// The items of a list within it.
    pub fn items(&self, list: &str) -> Vec<&Self> {
        self.all(list).into_iter().flat_map(|list| &list.elements).collect()
    }

    /// The text of its first element of a name.
    pub fn text(&self, name: &str) -> &str {
        self.all(name).first().map_or("", |it| it.text.trim())
    }

    /// Its own text.
    pub fn content(&self) -> String {
        self.text.trim().to_owned()
    }
}

/// User data as text.
pub fn base64(text: &str) -> Option<String> {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bytes, mut bits, mut count) = (Vec::new(), 0_u32, 0);
    for digit in text.bytes().filter(|it| !it.is_ascii_whitespace() && *it != b'=') {
        bits = (bits << 6 | u32::try_from(DIGITS.iter().position(|it| *it == digit)?).ok()?) & 0xFFFF;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count & 0xFF) as u8);
        }
    }
    String::from_utf8(bytes).ok()
}
