// Reads tags and attributes out of HTML that Vademecum wrote. This is no parser for any HTML: the
// templates write plain, closed tags, and the Nu HTML checker says so when they do not.

const TOKEN =
  /<!--[\s\S]*?-->|<(\/?)([a-zA-Z][a-zA-Z0-9:-]*)((?:\s+[^\s"'>/=]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'=<>`]+))?)*)\s*\/?>/g;
const ATTRIBUTE = /([^\s"'>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?/g;
const NAMED = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: "\u00a0" };

const decode = (text) =>
  text.replace(/&(#x[0-9a-f]+|#[0-9]+|[a-z]+);/gi, (whole, name) => {
    if (/^#x/i.test(name)) return String.fromCodePoint(parseInt(name.slice(2), 16));
    if (name.startsWith("#")) return String.fromCodePoint(Number(name.slice(1)));
    return NAMED[name] ?? whole;
  });

const attributesOf = (text) => {
  const attributes = new Map();
  for (const [, name, double, single, bare] of text.matchAll(ATTRIBUTE)) {
    attributes.set(name.toLowerCase(), decode(double ?? single ?? bare ?? ""));
  }
  return attributes;
};

// Returns the start tags in order, each with its attributes and, for a script or a style, its text.
export const elementsOf = (html) => {
  const elements = [];
  TOKEN.lastIndex = 0;
  for (let found = TOKEN.exec(html); found; found = TOKEN.exec(html)) {
    const [, closing, tag, rest] = found;
    if (!tag || closing) continue;
    const element = { tag: tag.toLowerCase(), attributes: attributesOf(rest), text: "" };
    // Nothing inside these is markup, so the next tag is the one that closes them.
    if (["script", "style", "textarea", "title"].includes(element.tag)) {
      const end = html.toLowerCase().indexOf(`</${element.tag}`, TOKEN.lastIndex);
      if (end < 0) throw new Error(`<${element.tag}> is not closed`);
      element.text = html.slice(TOKEN.lastIndex, end);
      TOKEN.lastIndex = end;
    }
    elements.push(element);
  }
  return elements;
};

// Shows an element as a reader of the page's source would look for it.
export const describe = ({ tag, attributes }) => {
  const shown = [...attributes].slice(0, 3).map(([name, value]) => ` ${name}="${value}"`);
  return `<${tag}${shown.join("")}>`;
};
