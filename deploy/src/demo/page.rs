//! What every report page is made of.

use super::charts::Ink;

const STYLE: &str = include_str!("report.css");

/// A whole page: its title, markup that says how it went, and what there is to say.
pub(crate) fn document(title: &str, verdict: &str, body: &str) -> String {
    let title = escape(title);
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n<title>Everfloor: {title}</title>\n\
             <style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n\
             <header><h1>Everfloor</h1><p class=\"lead\">{title}</p>{verdict}</header>\n\
             {body}</main>\n</body>\n</html>\n"
    )
}

/// How it went, as markup.
pub(crate) fn verdict(good: bool, text: &str) -> String {
    let class = if good { "good" } else { "bad" };
    format!("<p class=\"verdict {class}\">{}</p>", escape(text).replace('\n', "<br>"))
}

/// A table of text.
pub(crate) fn table<const N: usize>(
    title: &str,
    heads: &[&str; N],
    rows: impl Iterator<Item = [String; N]>,
) -> String {
    let head = heads.map(|head| format!("<th>{}</th>", escape(head))).concat();
    let body: String = rows
        .map(|row| format!("<tr>{}</tr>", row.map(|cell| format!("<td>{}</td>", escape(&cell))).concat()))
        .collect();
    format!(
        "<section><h2>{title}</h2><div class=\"scroll\"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody>\
         </table></div></section>\n"
    )
}

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
