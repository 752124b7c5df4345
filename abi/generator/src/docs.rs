//! Rust doc comments as NatSpec: the sections a contract author writes, taken apart.

/// A documentation comment in parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Docs {
    /// The first paragraph.
    pub notice: String,
    /// The other paragraphs.
    pub dev: Vec<String>,
    /// `# Arguments`, or a list of names without a heading: name and meaning.
    pub arguments: Vec<(String, String)>,
    /// `# Returns`: name and meaning, in order.
    pub returns: Vec<(String, String)>,
    /// `# Errors`: the error's path as written and when it is returned.
    pub errors: Vec<(String, String)>,
}

impl Docs {
    /// Takes apart the doc comment in `attrs`.
    pub fn of(attrs: &[syn::Attribute]) -> Self {
        let mut docs = Self::default();
        let mut section = String::new();
        for block in blocks(&text(attrs)) {
            match block {
                Block::Heading(name) => section = name.to_lowercase(),
                Block::Paragraph(text) => docs.paragraph(&section, text),
                Block::Entry(text) => docs.entry(&section, text),
            }
        }
        docs
    }

    /// What stands where a crate that is not ours has its documentation.
    pub fn declared_by(krate: &str) -> Self {
        Self { dev: vec![format!("Declared by `{krate}`.")], ..Self::default() }
    }

    /// These docs, with what they leave out taken from `other` (a trait's for its implementation).
    pub fn or(mut self, other: &Self) -> Self {
        if self.notice.is_empty() && self.dev.is_empty() {
            self.notice.clone_from(&other.notice);
            self.dev.clone_from(&other.dev);
        }
        for (mine, theirs) in [
            (&mut self.arguments, &other.arguments),
            (&mut self.returns, &other.returns),
            (&mut self.errors, &other.errors),
        ] {
            if mine.is_empty() {
                mine.clone_from(theirs);
            }
        }
        self
    }

    /// Its prose, to be reworded.
    pub fn texts(&mut self) -> impl Iterator<Item = &mut String> {
        std::iter::once(&mut self.notice).chain(&mut self.dev)
    }

    fn paragraph(&mut self, section: &str, text: String) {
        match section {
            "arguments" | "parameters" | "returns" | "errors" if text.starts_with('`') => {
                self.entry(section, text);
            }
            // Prose of a returns section describes the one value.
            "returns" if self.returns.is_empty() => self.returns.push((String::new(), plain(&text))),
            // For readers of the Rust source only.
            "examples" | "safety" | "events" | "arguments" | "parameters" | "returns" => {}
            "" if self.notice.is_empty() => self.notice = plain(&text),
            _ => self.dev.push(plain(&text)),
        }
    }

    fn entry(&mut self, section: &str, text: String) {
        let list = match section {
            "arguments" | "parameters" => &mut self.arguments,
            "returns" => &mut self.returns,
            "errors" => &mut self.errors,
            "examples" | "safety" | "events" => return,
            // A list under the description of an error or an event names its parameters.
            "" if named(&text).is_some() => &mut self.arguments,
            _ => return self.dev.push(plain(&text)),
        };
        match named(&text) {
            Some((name, meaning)) => list.push((name, plain(&meaning))),
            None if section == "returns" => list.push((String::new(), plain(&text))),
            None => self.dev.push(plain(&text)),
        }
    }
}

/// The meaning of `name` in a list of a section.
pub fn meaning<'a>(list: &'a [(String, String)], name: &str) -> Option<&'a str> {
    list.iter().find(|(listed, _)| listed == name).map(|(_, text)| text.as_str())
}

enum Block {
    Heading(String),
    Paragraph(String),
    Entry(String),
}

fn text(attrs: &[syn::Attribute]) -> String {
    let mut lines = Vec::new();
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("doc")) {
        if let syn::Meta::NameValue(pair) = &attr.meta
            && let Some(line) = crate::source::string_of(&pair.value)
        {
            lines.extend(line.lines().map(ToString::to_string));
            if line.is_empty() {
                lines.push(String::new());
            }
        }
    }
    lines.join("\n")
}

/// Lines joined to paragraphs, list entries and headings; code blocks and link targets left out.
fn blocks(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut open = false;
    let mut code = false;
    for line in text.lines() {
        let line = line.trim();
        if line.starts_with("```") {
            code = !code;
            open = false;
            continue;
        }
        if code || line.is_empty() || is_link_target(line) {
            open = false;
            continue;
        }
        if let Some(heading) = line.strip_prefix('#') {
            blocks.push(Block::Heading(heading.trim_start_matches('#').trim().into()));
            open = false;
            continue;
        }
        if let Some(entry) = line.strip_prefix("* ").or_else(|| line.strip_prefix("- ")) {
            blocks.push(Block::Entry(entry.trim().into()));
            open = true;
            continue;
        }
        match blocks.last_mut() {
            Some(Block::Paragraph(text) | Block::Entry(text)) if open => {
                text.push(' ');
                text.push_str(line);
            }
            _ => blocks.push(Block::Paragraph(line.into())),
        }
        open = true;
    }
    blocks
}

/// `[name]: target`
fn is_link_target(line: &str) -> bool {
    line.starts_with('[') && line.find("]: ").is_some_and(|end| !line[..end].contains(' '))
}

/// Splits `` `name`: meaning ``, `` [`name`] - meaning `` and `` [`name`](target) - meaning ``.
fn named(entry: &str) -> Option<(String, String)> {
    let rest = entry.strip_prefix('[').unwrap_or(entry).strip_prefix('`')?;
    let (name, rest) = rest.split_once('`')?;
    let rest = match rest.strip_prefix("](") {
        Some(target) => target.split_once(')')?.1,
        None => rest.strip_prefix(']').unwrap_or(rest),
    };
    let rest = rest.trim_start();
    let rest = rest.trim_start_matches([':', '-', '–', '—', ',']).trim_start();
    Some((name.into(), rest.into()))
}

/// Markdown links become their text; the rest stays. NatSpec has no links and reads `@` as a tag.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('[') {
        let (before, from) = rest.split_at(start);
        out.push_str(before);
        let Some(end) = from.find(']') else {
            rest = from;
            break;
        };
        let (inner, after) = (&from[1..end], &from[end + 1..]);
        let target = after.chars().next().and_then(|open| match open {
            '(' => after.find(')'),
            '[' => after.find(']'),
            _ => None,
        });
        match target {
            Some(close) => {
                out.push_str(inner);
                rest = &after[close + 1..];
            }
            None if inner.starts_with('`') => {
                out.push_str(inner);
                rest = after;
            }
            None => {
                out.push_str(&from[..=end]);
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out.replace('@', "(at)")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn docs(text: &str) -> Docs {
        let lines = text.lines().map(|line| format!(" {line}"));
        let attrs: Vec<syn::Attribute> = lines.map(|line| syn::parse_quote!(#[doc = #line])).collect();
        Docs::of(&attrs)
    }

    #[test]
    fn sections_are_taken_apart() {
        let docs = docs(
            "Opens a position\nfor the caller.\n\nSee [`Market`] and [the study](x.md).\n\n# Arguments\n\n\
             * `market_id` - The market.\n# Returns\n`size`: What it holds,\n  signed.\n\n`margin`: What backs it.\n\n\
             # Errors\n* [`Error::Unknown`](x::Unknown) - No such market.\n",
        );
        assert_eq!(docs.notice, "Opens a position for the caller.");
        assert_eq!(docs.dev, ["See `Market` and the study."]);
        assert_eq!(docs.arguments, [("market_id".into(), "The market.".into())]);
        assert_eq!(docs.returns[0], ("size".into(), "What it holds, signed.".into()));
        assert_eq!(docs.returns[1], ("margin".into(), "What backs it.".into()));
        assert_eq!(docs.errors, [("Error::Unknown".into(), "No such market.".into())]);
    }

    #[test]
    fn index_brackets_and_code_stay_out_of_links() {
        let docs = docs("Reads `a[0]` and x[i].\n\n```\nlet code = 1;\n```\n[ref]: https://example.org\n");
        assert_eq!(docs.notice, "Reads `a[0]` and x[i].");
        assert!(docs.dev.is_empty());
    }
}
