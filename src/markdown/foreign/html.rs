//! Elements of HTML that a page cannot have as they are: frames, formulas, fields of forms, templates.

use super::{Kind, Reader, inline::Change, tags};

impl Reader<'_> {
    /// Returns true for a tag of HTML. Parts of formulas are some only where there is one: `<ms>` is often
    /// a placeholder.
    pub fn is_html(&mut self, tag: &tags::Tag) -> bool {
        let text = self.text;
        let has_math = || text.contains("<math");
        tag.is_html()
            && (!tags::is_math(&tag.name.to_lowercase())
                || *self.inline.has_math.get_or_insert_with(has_math))
    }

    /// Reads a frame, which would show another page inside this one: a link stands for it.
    fn frame(&mut self, tag: &tags::Tag, name: &str) -> Option<Change> {
        let written = &self.text[tag.range.clone()];
        let address = tags::attribute(written, if name == "object" { "data" } else { "src" })?;
        let sound = |c: char| c.is_ascii_graphic() && !matches!(c, '<' | '>' | '"' | '`');
        if !address.chars().all(sound) {
            return None;
        }
        let bare = address.trim_start_matches("https:").trim_start_matches("http:");
        let (words, address) = match bare.strip_prefix("//") {
            Some(host) if bare == address => (host, format!("https:{address}")),
            Some(host) => (host, address.to_owned()),
            None if crate::markdown::is_local(address) => {
                let path = address.split(['?', '#']).next().unwrap_or_default();
                (path.trim_end_matches('/').rsplit('/').next()?, address.to_owned())
            }
            None => return None,
        };
        let words = words.split('/').next().filter(|words| !words.is_empty()).unwrap_or(&address);
        self.note(Kind::Frame, tag.range.clone(), written);
        let close = match name {
            // What an object holds is meant for readers who cannot see it.
            "object" | "embed" => None,
            _ => self.find("</iframe>", tag.range.end, self.text.len()),
        };
        let until = close.map_or(tag.range.end, |close| close + "</iframe>".len());
        Some(Change { until, words: format!("<a href=\"{address}\">{words}</a>") })
    }

    /// Reads an element of HTML that the page cannot have as it is.
    pub fn replaced(&mut self, tag: &tags::Tag, name: &str) -> Option<Change> {
        let written = &self.text[tag.range.clone()];
        let sign = tag.range.start + 1 + usize::from(tag.is_closing);
        let renamed = |other: &str| Change {
            until: sign + name.len(),
            words: format!("{}{other}", &self.text[tag.range.start..sign]),
        };
        match name {
            "iframe" | "embed" | "object" if !tag.is_closing => self.frame(tag, name),
            // What these hold would go with them.
            "template" => Some(renamed("div")),
            _ if tags::is_math(name) => {
                let change = renamed("span");
                if name == "math" && !tag.is_closing {
                    self.note(Kind::Math, tag.range.clone(), written);
                }
                Some(change)
            }
            "input" => {
                let kind = tags::kind(written);
                let is_box = matches!(kind, "checkbox" | "radio");
                if is_box || (kind.is_empty() && written.contains("checked")) {
                    return None;
                }
                if matches!(kind, "hidden" | "password") {
                    return Some(Change { until: tag.range.end, words: String::new() });
                }
                let of = |name| tags::attribute(written, name);
                let words = of("value").or(of("placeholder")).unwrap_or_default();
                let words = words.replace('<', "&lt;");
                self.note(Kind::Input, tag.range.clone(), written);
                Some(Change { until: tag.range.end, words })
            }
            _ => None,
        }
    }
}
