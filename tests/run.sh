#!/usr/bin/env bash
# Runs all the tests, and first installs what they need.
#
#   bash tests/run.sh          what CI runs
#   bash tests/run.sh --full   as well: axe on every page instead of one of each template, ten minutes
#                              of hostile input of each kind, sites of 1,000 and 100,000 pages, each
#                              build measured three times, and edits under Hugo's server
#
# On Debian and its relatives the browsers, Node.js and Java come by apt (as root or through sudo);
# elsewhere this script says what to install.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '\n== %s\n' "$*"; }

missing=()
command -v chromium >/dev/null || missing+=(chromium)
command -v firefox-esr >/dev/null || command -v firefox >/dev/null || missing+=(firefox-esr)
command -v node >/dev/null || missing+=(nodejs)
command -v npm >/dev/null || missing+=(npm)
command -v java >/dev/null || missing+=(default-jre-headless)
python3 -m pip --version >/dev/null 2>&1 || missing+=(python3 python3-pip)
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
    echo "The tests need Chromium, Firefox, Node.js 18 or newer with npm, Java 17 or newer, and Python 3 with pip." >&2
    echo "Not found: ${missing[*]}. Install them, with chromium, firefox, node, npm, java and python3 on the path." >&2
    exit 1
  fi
fi

# Lint, tests, benchmarks and the program share one set of compiled libraries, which take most of the time.
# The tests see this package with all its checks, as a plain `cargo test` does, and a little optimised.
checked=(--release)
for setting in 'debug-assertions=true' 'overflow-checks=true' 'opt-level=1'; do
  checked+=(--config "profile.release.package.vademecum.$setting")
done

say "format"
cargo fmt --check
say "lint"
cargo clippy --release --all-targets -- -D warnings
say "tests"
cargo test "${checked[@]}"
say "benchmark"
if [ "$(uname)" = Linux ]; then
  bash tests/bench/peers.sh target/peers
  # Memory and counts over budget fail; times are printed, because they vary too much.
  sizes=(--pages 10000 --once)
  [ "${1:-}" = --full ] && sizes=(--pages 1000 --pages 10000)
  cargo bench --bench build -- "${sizes[@]}" --peers target/peers --check
else
  echo "The benchmark reads /proc, which only Linux has; it is left out."
fi
say "what a search costs a reader"
cargo build --release
peers=()
[ -x target/peers/pagefind ] && peers=(--peers target/peers)
node tests/bench/search.mjs target/release/vademecum target/search-bench "${peers[@]}" --check
if [ "${1:-}" = --full ]; then
  say "hostile input"
  FUZZ_SECONDS=600 cargo test "${checked[@]}" --test fuzz -- --nocapture
  say "100,000 pages"
  cargo bench --bench build -- --pages 100000 --check
fi
say "the example site"
./target/release/vademecum build --out target/example
say "browser tests"
(cd tests/browser && npm ci --no-audit --no-fund --loglevel=error)
# What a question costs a reader in each of its languages, the names of all concepts included.
node tests/bench/languages.mjs target/example --check
(cd tests/browser && node run.mjs ../../target/example "$@")
