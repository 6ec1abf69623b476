//! What the tests look for in pages, without a browser.

/// What `href`, `src` and `action` attributes hold, unescaped, without a `./` at the start.
pub fn links(page: &str) -> Vec<String> {
    let values = ["href", "src", "action"].iter().flat_map(|name| attribute(page, name));
    values.map(|link| link.strip_prefix("./").map(str::to_owned).unwrap_or(link)).collect()
}

/// What the page says has happened; a place for a script's words is empty.
pub fn statuses(page: &str) -> Vec<String> {
    let pieces = page.split("role=\"status\"").skip(1);
    let texts = pieces.filter_map(|piece| piece.split_once('>')?.1.split('<').next());
    texts.map(str::trim).filter(|text| !text.is_empty()).map(unescaped).collect()
}

/// Each value of an attribute, unescaped.
pub fn attribute(page: &str, name: &str) -> Vec<String> {
    let start = format!(" {name}=\"");
    let pieces = page.split(start.as_str()).skip(1);
    pieces.filter_map(|piece| piece.split('"').next()).map(unescaped).collect()
}

/// The style's and the script's addresses, relative to the page.
pub fn assets(page: &str) -> Vec<String> {
    links(page).into_iter().filter(|link| link.starts_with("assets/")).collect()
}

/// The images that a page shows, as `ID/NAME`, in its order, each once.
pub fn images(page: &str) -> Vec<String> {
    let mut images: Vec<String> = Vec::new();
    for link in links(page) {
        let of_image =
            ["images/", "thumbnails/", "view/"].iter().find_map(|folder| link.strip_prefix(folder));
        if let Some(image) = of_image.filter(|image| !images.iter().any(|known| known == image)) {
            images.push(image.to_owned());
        }
    }
    images
}

/// Text as a page shows it.
pub fn unescaped(text: &str) -> String {
    let named = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#039;", "'"),
        ("&#39;", "'"),
        ("&apos;", "'"),
        ("&amp;", "&"),
    ];
    named.iter().fold(text.to_owned(), |text, (escaped, plain)| text.replace(escaped, plain))
}
