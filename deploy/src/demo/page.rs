//! What every report page is made of.

use super::charts::Ink;

/// A chart with its title, its legend and a note.
pub(crate) fn figure(title: &str, legend: &[(Ink, &str)], svg: &str, note: &str) -> String {
    let keys: String = legend
        .iter()
        .map(|(ink, name)| format!("<span><i style=\"background:var({})\"></i>{name}</span>", ink.variable()))
        .collect();
    let note = if note.is_empty() { String::new() } else { format!("<figcaption>{note}</figcaption>") };
    format!(
        "<section><h2>{title}</h2><figure><div class=\"legend\">{keys}</div>{svg}{note}</figure></section>\n"
    )
}

/// Text that means nothing to a browser.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_cannot_put_markup_into_the_page() {
        assert_eq!(escape("<script>\"&"), "&lt;script&gt;&quot;&amp;");
    }
}
