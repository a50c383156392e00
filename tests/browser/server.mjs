// A static server as plain as a host can be: files, a 404 page, and a policy under which a page that
// leans on anything but its own site breaks. It knows no index pages except at the top, because the
// site must also work from a disk, where a folder shows a list of files.

import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { gzipSync } from "node:zlib";

export const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
  "connect-src 'self'; manifest-src 'self'";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".csv": "text/csv; charset=utf-8",
  ".xml": "application/xml",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".txt": "text/plain; charset=utf-8",
};

// Serves the site under a sub-folder such as "/some/folder/", or at "/". `hinder` makes a bad network:
// a function of a path that may return { status, change, wait, pieces }, where `change` is a function
// of the text, `wait` a promise, and `pieces` parts the text, which then comes piece by piece. `heard` is told of every answer: its path and its weight.
export const serve = async (
  site,
  { gzip = false, base = "/", hinder = () => {}, heard = () => {} } = {},
) => {
  const answer = async (request, response) => {
    const address = decodeURIComponent(new URL(request.url, "http://localhost").pathname);
    let path = address.startsWith(base) ? address.slice(base.length) || "index.html" : null;
    const found = path !== null && site.files.has(path);
    if (!found) path = "404.html";
    let body = await readFile(join(site.root, path));
    const { status = found ? 200 : 404, change, wait, pieces } = hinder(path) ?? {};
    await wait;
    if (change) body = Buffer.from(change(body.toString()));
    const headers = {
      "Content-Type": TYPES[extname(path)] ?? "application/octet-stream",
      "Content-Security-Policy": POLICY,
      "Cache-Control": "no-store",
    };
    if (gzip && /\bgzip\b/.test(request.headers["accept-encoding"] ?? "")) {
      body = gzipSync(body);
      headers["Content-Encoding"] = "gzip";
    }
    heard(path, body.length);
    response.writeHead(status, headers);
    for (const piece of pieces?.(body.toString()) ?? []) {
      response.write(piece);
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
    response.end(pieces ? "" : body);
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error) => response.writeHead(500).end(String(error)));
  });
  await new Promise((resolve, reject) => {
    server.once("error", reject).listen(0, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${server.address().port}${base}`,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
};
