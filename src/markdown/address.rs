//! Addresses in links: which lead into the site, which a browser may follow, which only an application can.

/// Returns true for a link into the site itself: no scheme, no host, and not only an anchor's sign.
pub fn is_local(target: &str) -> bool {
    let before_path = target.split(['/', '?', '#']).next().unwrap_or_default();
    !target.starts_with("//") && !before_path.contains(':')
}

/// Returns the path in an address by which an application opens a page of its own, as in
/// `umbrella://tools/pgp`; of any scheme with a host that a browser cannot follow.
pub fn deep_path(target: &str) -> Option<&str> {
    let (scheme, path) = target.split_once("://")?;
    let is_name = scheme.len() > 1 && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric());
    // What a browser or system opens itself is none of these, and one word is too little to go by.
    const OTHERS: [&str; 11] = [
        "about",
        "blob",
        "chrome",
        "data",
        "edge",
        "file",
        "javascript",
        "slack",
        "steam",
        "vbscript",
        "vscode",
    ];
    let is_other = OTHERS.iter().any(|other| scheme.eq_ignore_ascii_case(other));
    let is_long = path.trim_matches('/').contains('/');
    let is_deep = is_name && !is_other && is_long && is_dangerous(target);
    is_deep.then_some(path)
}

/// Returns the remark on an address that is left out because no browser may follow it.
pub fn refusal(target: &str) -> (String, &'static str) {
    let message = format!("`{target}` is no address of the web, so the link is left out");
    (message, "write one that begins with `https://`, or put the file beside the page")
}

/// Returns true for addresses that may run code when followed: of any scheme but a few known ones.
pub fn is_dangerous(target: &str) -> bool {
    let bare: String = target
        .chars()
        .filter(|c| !c.is_whitespace() && !c.is_control())
        .collect::<String>()
        .to_lowercase();
    match bare.split_once(':') {
        Some((scheme, _)) if !is_local(&bare) => !SCHEMES.contains(&scheme),
        _ => false,
    }
}

const SCHEMES: &[&str] =
    &["http", "https", "mailto", "tel", "sms", "geo", "ftp", "doi", "urn", "magnet", "xmpp", "irc"];
