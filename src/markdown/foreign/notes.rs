//! What is not understood of other programs' Markdown, and what an editor can do about it.

use std::ops::Range;

/// Something that is not understood: its first place and how often it stands in the file.
#[derive(Clone, Debug)]
pub struct Note {
    /// What sort of thing it is.
    pub kind: Kind,
    /// Where the first one stands, in bytes of the file; in a `Translation`, of the body.
    pub range: Range<usize>,
    /// The first one, as it is written.
    pub sample: String,
    /// How many there are, at least one.
    pub count: usize,
}

/// What kind of thing is not understood; each is noted once for a file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Kind {
    /// `{{< name >}}` and `{{% name %}}` of Hugo.
    Shortcode,
    /// `{{ name }}` and `{% name %}` of Jekyll, Zola, MkDocs macros and others.
    Template,
    /// `<Name>…</Name>`, `import` and `export` of MDX.
    Component,
    /// `<Name />` of MDX.
    Widget,
    /// `<name>` that is no element of HTML, such as a placeholder.
    Element,
    /// `--8<-- "file"`, which would bring in another file.
    Snippet,
    /// `[!INCLUDE [name](file)]`, which would too, and is shown as a link.
    Include,
    /// `::: name` … `:::` that is no box with a title.
    Container,
    /// `::: name` without an end, with which `mkdocstrings` asks for the text of a program.
    Request,
    /// `[text][name]` without a line `[name]: address`.
    Reference,
    /// `*[HTML]: long form`, which would be shown at each place of the abbreviation.
    Abbreviation,
    /// `<iframe src="…">`.
    Frame,
    /// `$x^2$` and `$$` … `$$`.
    Formula,
    /// `<math>`, which is a formula in HTML.
    Math,
    /// A cell for which its table has no column.
    Cell,
    /// A field of a form, of which its words are shown.
    Input,
    /// An element of HTML that is left out with what it holds, by its name.
    LeftOut(&'static str),
}

impl Note {
    /// Returns true where another program would have added text, and perhaps headings.
    pub fn hides_text(&self) -> bool {
        matches!(
            self.kind,
            Kind::Shortcode
                | Kind::Template
                | Kind::Widget
                | Kind::Snippet
                | Kind::Include
                | Kind::Request
        )
    }

    /// Says what is not understood, and what happens to it.
    pub fn message(&self) -> String {
        let what = match self.kind {
            Kind::Shortcode => {
                "is a shortcode, which only Hugo fills in; it is shown as it is written"
            }
            Kind::Template => "is an instruction to another program; it is shown as it is written",
            Kind::Component => {
                "belongs to MDX; tags and statements are left out, the text between is shown"
            }
            Kind::Widget => "belongs to MDX and is not run here; it is shown as it is written",
            Kind::Element => "is no element of HTML; it is shown as it is written",
            Kind::Snippet => "would bring in another file; it is shown as it is written",
            Kind::Include => "would bring in another file; a link to it is shown",
            Kind::Request => {
                "asks another program for text, or is not closed; it is shown as it is written"
            }
            Kind::Container => "is no kind of box that is known; the text inside is shown",
            Kind::Reference => "names no address; it is shown as it is written",
            Kind::Frame => "would show another page inside this one; a link stands for it",
            Kind::Formula => "is a formula, which is not set here; it is shown as it is written",
            Kind::Math => "is a formula, which is not set here; its signs are shown in a row",
            Kind::Cell => "stands beyond the last column of its table; it is shown in the last",
            Kind::Input => "is a field of a form; only the words in it are shown",
            Kind::LeftOut("svg") => "is a drawing within the text, which is left out",
            Kind::LeftOut(_) => "is left out, with all that it holds",
            Kind::Abbreviation => {
                "explains an abbreviation; it is shown here and not at each place"
            }
        };
        let more = match self.count {
            1 => String::new(),
            count => format!(" (the first of {count} such places in this file)"),
        };
        format!("`{}` {what}{more}", self.sample)
    }

    /// Says what the editor can do.
    pub fn help(&self) -> String {
        match self.kind {
            Kind::Shortcode | Kind::Template => {
                "write Markdown instead, or put it between backticks if readers should see it"
                    .into()
            }
            Kind::Component | Kind::Widget => {
                "write Markdown instead, as readers miss what it would have shown".into()
            }
            Kind::Element => format!("put it between backticks: `` `{}` ``", self.sample),
            Kind::Snippet => "copy the text of that file to this place, or link to it".into(),
            Kind::Include => "copy the text of that file to this place, or keep the link".into(),
            Kind::Request => "write the text itself, or close the box with a line `:::`".into(),
            Kind::Container => {
                "the kinds are `note`, `tip`, `important`, `warning`, `caution` and `details`"
                    .into()
            }
            Kind::Frame => "write the link yourself, with words that say where it leads".into(),
            Kind::Cell => {
                "give the first two lines of the table a column more, or write `\\|` for a bar that \
                 stands within a cell"
                    .into()
            }
            Kind::Input => "write the words as text".into(),
            Kind::LeftOut("svg") => {
                "save it as a file and show that: `![what it shows](drawing.svg)`".into()
            }
            Kind::LeftOut(_) => {
                "take it out, or set `raw_html = true` where all authors are trusted".into()
            }
            Kind::Formula | Kind::Math => {
                "write it in words or as a picture, if readers should not have to read TeX".into()
            }
            Kind::Abbreviation => "write the long form where the abbreviation stands first".into(),
            Kind::Reference => {
                let name = self.sample.rsplit_once("][").map_or("", |(_, name)| name);
                format!("add a line `[{name}: address`")
            }
        }
    }
}
