#!/usr/bin/env bash
# Installs the Debian packages we stand on, or says the one command that does.   Usage: system-packages.sh [browser]
set -euo pipefail

# WeasyPrint draws with Pango; the sandbox that runs models is bubblewrap.
packages=(libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fontconfig bubblewrap)
[ "${1:-}" != browser ] || packages+=(chromium)

if ! command -v dpkg-query >/dev/null; then
  echo "This is not a Debian system: please make sure that Pango 1.50, HarfBuzz subset, fontconfig and bubblewrap are installed." >&2
  exit 0
fi
# Debian ships Python without the part that makes virtual environments.
[ -x .venv/bin/python ] || python3 -c 'import ensurepip, venv' 2>/dev/null || packages+=(python3-venv)

missing=()
for package in "${packages[@]}"; do
  state=$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null || true)
  [ "$state" = "install ok installed" ] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

if [ "$(id -u)" -ne 0 ]; then
  echo "Some system packages are missing. Install them with this command, then try again:" >&2
  echo "    sudo apt-get update && sudo apt-get install -y --no-install-recommends ${missing[*]}" >&2
  exit 1
fi
echo "Installing system packages: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
