//! The query language: words, `"phrases"`, `-without`, `field:value`, `-field:value`.

/// A query, understood.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Query {
    /// Words to find, phrases' words too.
    pub words: String,
    /// Phrases to find, without their quotes.
    pub phrases: Vec<String>,
    /// Words that no page may hold.
    pub without: Vec<String>,
    /// Phrases that no page may hold.
    pub without_phrases: Vec<String>,
    /// Fields and values that a page must carry. Values of one field are alternatives.
    pub filters: Vec<(String, String)>,
    /// Values that no page may carry.
    pub excluded: Vec<(String, String)>,
}

/// The longest query that is read, in characters; the rest is left out.
pub const QUERY_LIMIT: usize = 400;

/// Reads a query as typed. `field:value` filters only when `fields` holds the field; else it is
/// words like any other.
pub fn parse(text: &str, fields: &[String]) -> Query {
    let text: String = text.chars().take(QUERY_LIMIT).collect();
    let mut query = Query::default();
    let mut words: Vec<String> = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (negative, after) = match rest.strip_prefix('-') {
            Some(after) if after.starts_with(|c: char| c.is_alphanumeric() || is_quote(c)) => {
                (true, after)
            }
            _ => (false, rest),
        };
        let (token, is_phrase, tail) = take(after, negative);
        rest = tail.trim_start();
        if token.is_empty() {
            continue;
        }
        let filter = token.split_once(':').and_then(|(field, value)| {
            let lower = field.to_lowercase();
            let known = fields.iter().find(|known| **known == *field || **known == lower)?;
            (!is_phrase && !value.is_empty()).then_some((known, value))
        });
        if let Some((field, value)) = filter {
            let filter = (field.clone(), value.trim_matches(is_quote).trim().to_owned());
            if negative { query.excluded.push(filter) } else { query.filters.push(filter) }
        } else if negative {
            if is_phrase { query.without_phrases.push(token) } else { query.without.push(token) }
        } else {
            if is_phrase {
                query.phrases.push(token.clone());
            }
            words.push(token);
        }
    }
    query.words = words.join(" ");
    // A word that is followed by a space is whole.
    if text.ends_with(char::is_whitespace) && !query.words.is_empty() {
        query.words.push(' ');
    }
    query
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '“' | '”' | '„' | '«' | '»')
}

/// Takes one token off: a phrase in quotes, or all up to the next space. A quote that nobody closes is
/// left out, for the words after it were only quoted; a negative one reaches to the end.
fn take(text: &str, negative: bool) -> (String, bool, &str) {
    let mut chars = text.char_indices();
    if let Some((_, first)) = chars.next()
        && is_quote(first)
    {
        let start = first.len_utf8();
        let end = text[start..].find(is_quote).map(|at| start + at);
        let Some(end) = end.or(negative.then_some(text.len())) else {
            return (String::new(), false, &text[start..]);
        };
        let tail = text[end..].chars().next().map_or("", |quote| &text[end + quote.len_utf8()..]);
        return (text[start..end].trim().to_owned(), true, tail);
    }
    let mut end = text.find(char::is_whitespace).unwrap_or(text.len());
    // The value of a field may have several words in quotes.
    if let Some(colon) = text[..end].find(':')
        && let Some(quote) = text[colon + 1..].chars().next().filter(|c| is_quote(*c))
    {
        let inner = colon + 1 + quote.len_utf8();
        let close = text[inner..].char_indices().find(|(_, c)| is_quote(*c));
        end = close.map_or(text.len(), |(at, quote)| inner + at + quote.len_utf8());
    }
    (text[..end].to_owned(), false, &text[end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_has_words_phrases_exclusions_and_filters() {
        let fields = ["country".to_owned()];
        let quoted = parse("return country:\"Sri Lanka\" home", &fields);
        assert_eq!(quoted.filters, [("country".to_owned(), "Sri Lanka".to_owned())]);
        assert_eq!(quoted.words, "return home");
        assert_eq!(parse("Country:TH", &fields).filters[0].0, "country");
        let text = "return \"safe place\" -forced -\"by force\" country:TH -country:MX note:x « chez soi »";
        let query = parse(text, &fields);
        assert_eq!(query.words, "return safe place note:x chez soi");
        assert_eq!(query.phrases, ["safe place", "chez soi"]);
        assert_eq!(query.without, ["forced"]);
        assert_eq!(query.without_phrases, ["by force"]);
        assert_eq!(query.filters, [("country".to_owned(), "TH".to_owned())]);
        assert_eq!(query.excluded, [("country".to_owned(), "MX".to_owned())]);
    }

    #[test]
    fn strange_queries_are_read_too() {
        for text in ["", "-", "\"", "\"\"", "- -", "country:", "«", "a\"b"] {
            parse(text, &["country".to_owned()]);
        }
        assert_eq!(parse("well-being", &[]).words, "well-being");
        let open = parse("he said \"leave now", &[]);
        assert_eq!((open.words.as_str(), open.phrases.len()), ("he said leave now", 0));
        assert_eq!(parse("go -\"by force", &[]).without_phrases, ["by force"]);
    }
}
