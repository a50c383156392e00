//! What Microsoft's documents add: rows and columns, zones, tabs, pictures, files that are brought in.

use std::ops::Range;

use super::{
    Kind, Reader,
    inline::{Change, plain},
    marks::near,
    tags,
};

/// What is written between colons: where rows, columns, zones and versions begin and end, and pictures.
const ALONE: [&str; 10] = [
    "column",
    "column-end",
    "image",
    "image-end",
    "moniker",
    "moniker-end",
    "row",
    "row-end",
    "zone",
    "zone-end",
];

/// Returns what stands behind three colons, or between them.
pub fn alone(bare: &str) -> Option<&str> {
    let inner = bare.strip_prefix(":::")?.trim_end_matches(':').trim();
    let name = inner.split(' ').next().filter(|name| ALONE.contains(name))?;
    let is_closed = bare.len() > 3 && bare.ends_with(":::");
    (is_closed || name.starts_with("zone") || name.starts_with("moniker")).then_some(inner)
}

/// Returns what stands between the brackets of `> [!name words]`, which is no name of a box.
pub fn marked(bare: &str) -> Option<&str> {
    let inner = bare.strip_prefix('>')?.trim_start().strip_prefix("[!")?.strip_suffix(']')?;
    let name = inner.split(' ').next().filter(|name| name.len() < inner.len())?;
    name.bytes().all(|byte| byte.is_ascii_alphabetic()).then_some(inner)
}

/// The longest mark on a line, in bytes.
const MARK: usize = 1000;

/// Returns the name of a tab: `# [Name](#tab/name)`.
fn tab_name(bare: &str) -> Option<&str> {
    let rest = bare.trim_start_matches('#');
    let (name, target) = rest.strip_prefix(" [")?.split_once("](#tab/")?;
    (rest.len() < bare.len() && target.ends_with(')') && !name.is_empty()).then_some(name)
}

impl Reader<'_> {
    /// Reads a line that is the name of a tab, or that ends tabs.
    pub fn read_tab_name(&mut self, line: &Range<usize>, bare: &str) -> bool {
        if let Some(name) = tab_name(bare) {
            let spaces = self.spaces(line);
            self.end_block();
            self.replace_line(line, &format!("{spaces}**{}**", name.trim()));
            self.end_block();
            self.in_tabs = true;
            return true;
        }
        // Another heading ends them too.
        self.in_tabs &= !bare.starts_with('#');
        let is_end = self.in_tabs && self.was_blank && matches!(bare, "---" | "***" | "* * *");
        if is_end {
            self.in_tabs = false;
            self.drop_line(line);
        }
        is_end
    }

    /// Reads a line between colons, or returns false for another one.
    pub fn read_alone(&mut self, line: &Range<usize>, bare: &str) -> bool {
        let Some(inner) = alone(bare) else { return false };
        let spaces = self.spaces(line);
        match tags::attribute(inner, "source").filter(|_| inner.starts_with("image ")) {
            Some(source) => {
                let alt = tags::attribute(inner, "alt-text").unwrap_or_default();
                self.replace_line(line, &format!("{spaces}![{}](<{source}>)", plain(alt)));
            }
            None => {
                self.drop_line(line);
                // What a row or column holds stands deeper, and is no code.
                match inner.split(' ').next() {
                    Some("row" | "column") => self.components += 1,
                    Some("row-end" | "column-end") => {
                        self.components = self.components.saturating_sub(1);
                    }
                    _ => {}
                }
            }
        }
        self.end_block();
        true
    }

    /// Reads a file that another program would bring in: `[!INCLUDE [name](path)]` is a link to it.
    pub fn brought_in(&mut self, at: usize, end: usize) -> Option<Change> {
        let rest = near(&self.text[at..end], MARK);
        let (kind, rest) = rest.strip_prefix("[!")?.split_once('[')?;
        let (name, rest) = rest.split_once("](")?;
        let (path, _) = rest.split_once(")]")?;
        let until = at + "[![](".len() + kind.len() + name.len() + path.len() + ")]".len();
        let kind = kind.trim().to_ascii_lowercase();
        let is_known = kind == "include" || kind == "code" || kind.starts_with("code-");
        if !is_known || name.contains(['[', ']', '<']) || path.contains(['<', '>', ' ', '(', ')']) {
            return None;
        }
        self.note(Kind::Include, at..until, &self.text[at..until]);
        let name = if name.trim().is_empty() { path } else { name.trim() };
        Some(Change { until, words: format!("[{name}](<{path}>)") })
    }

    /// Reads `<xref:Name>`, a reference to what a program calls so.
    pub fn reference(&mut self, at: usize, end: usize) -> Option<Change> {
        let rest = self.text[at..end].strip_prefix("<xref:")?;
        let (inner, _) = near(rest, MARK).split_once('>')?;
        let name =
            inner.split('?').next().unwrap_or_default().replace("%2A", "*").replace("%60", "`");
        let is_sound = !name.is_empty() && !name.contains([' ', '`', '<']);
        let until = at + "<xref:".len() + inner.len() + 1;
        is_sound.then(|| Change { until, words: format!("`{name}`") })
    }

    /// Reads what Microsoft's documents write as `> [!div …]` and `> [!VIDEO address]`: these are no boxes.
    pub fn read_marked(&mut self, line: &Range<usize>, inner: &str, whole: Range<usize>) -> bool {
        let spaces = self.spaces(line);
        let (name, rest) = inner.split_once(' ').unwrap_or((inner, ""));
        let is_address = |it: &str| {
            ["https://", "http://"].iter().any(|at| it.starts_with(at))
                && !it.contains([' ', '<', '>'])
        };
        let words = match name.to_ascii_lowercase().as_str() {
            "div" if !rest.contains(']') => String::new(),
            "video" if is_address(rest.trim()) => format!("<{}>", rest.trim()),
            _ => {
                self.note(Kind::Snippet, whole.clone(), &self.text[whole]);
                format!("\\[!{inner}]")
            }
        };
        self.replace_line(line, format!("{spaces}> {words}").trim_end());
        true
    }
}
