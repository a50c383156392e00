#!/usr/bin/env bash
# Runs all the tests, and first installs what they need.
#
#   bash tests/run.sh          what CI runs
#   bash tests/run.sh --full   axe on every page instead of one of each template
#
# On Debian and its relatives the browser, Node.js and Java come by apt (as root or through sudo);
# elsewhere this script says what to install.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '\n== %s\n' "$*"; }

missing=()
command -v chromium >/dev/null || missing+=(chromium)
command -v node >/dev/null || missing+=(nodejs)
command -v npm >/dev/null || missing+=(npm)
command -v java >/dev/null || missing+=(default-jre-headless)
fc-list 2>/dev/null | grep -qi 'noto.*arabic' || missing+=(fonts-noto-core)
if [ ${#missing[@]} -gt 0 ]; then
  if command -v apt-get >/dev/null; then
    say "installing ${missing[*]}"
    as_root=()
    [ "$(id -u)" = 0 ] || as_root=(sudo)
    "${as_root[@]}" apt-get update -qq
    DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends \
      "${missing[@]}" fontconfig >/dev/null
  else
    echo "The tests need Chromium, Node.js 18 or newer with npm, and Java 17 or newer." >&2
    echo "Not found: ${missing[*]}. Install them, with chromium, node, npm and java on the path." >&2
    exit 1
  fi
fi

say "format"
cargo fmt --check
say "lint"
cargo clippy --all-targets -- -D warnings
say "tests"
cargo test
say "the example site"
cargo build
./target/debug/vademecum build --out target/example
say "browser tests"
(cd tests/browser && npm ci --no-audit --no-fund --loglevel=error && node run.mjs ../../target/example "$@")
