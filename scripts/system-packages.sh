#!/usr/bin/env bash
# Installs the Debian packages that are missing: `run` what the service needs, `test` what the tests need beyond that,
# `train` what teaching the recogniser needs.
set -euo pipefail

run=(python3-venv tesseract-ocr tesseract-ocr-vie poppler-utils redis-server bubblewrap
     fonts-dejavu-core fonts-noto-core libgl1 libglib2.0-0 libxcb1)
test=(postgresql chromium fonts-croscore)  # croscore: the Times and Arial widths that filled forms are typed in

case "${1:-run}" in
  run) wanted=("${run[@]}") ;;
  test) wanted=("${run[@]}" "${test[@]}") ;;
  train) wanted=("${run[@]}" fonts-croscore fonts-dejavu-extra fonts-noto-core)
    command -v npm >/dev/null || wanted+=(npm) ;;  # fonts come as npm packages; a newer npm than Debian's will do
  *) echo "usage: $0 run|test|train" >&2; exit 2 ;;
esac

missing=()
for package in "${wanted[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

echo "Installing system packages: ${missing[*]}" >&2
sudo=()
[ "$(id -u)" -eq 0 ] || sudo=(sudo)
# Debian's PostgreSQL and Redis start a server of their own on installation; the product starts its own on free ports.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' | "${sudo[@]}" tee "$policy" >/dev/null
  "${sudo[@]}" chmod +x "$policy"
  trap '"${sudo[@]}" rm -f "$policy"' EXIT
fi
"${sudo[@]}" apt-get update -q >/dev/null
"${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}" >&2
