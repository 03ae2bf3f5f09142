#!/usr/bin/env bash
# Installs the Debian packages that building, testing and the end-to-end run need, and only those that are missing.
#   .ci/deps.sh           everything
#   .ci/deps.sh build     what a compiler run needs (make test, make build)
#   .ci/deps.sh e2e       what two real windows without a display need
set -euo pipefail

# Package, then the commands or files that prove it is there: so a machine without dpkg is judged as well.
build=(
	"make command:make"
	"gcc command:gcc"
	"libc6-dev file:/usr/include/stdio.h"
	"pkg-config command:pkg-config"
	"libgl1-mesa-dev file:/usr/include/GL/gl.h"
	"xorg-dev file:/usr/include/X11/Xcursor/Xcursor.h file:/usr/include/X11/extensions/Xrandr.h file:/usr/include/X11/extensions/Xinerama.h file:/usr/include/X11/extensions/XInput2.h file:/usr/include/X11/extensions/xf86vmode.h"
)
# Tests start servers of their own in temporary folders; /usr/lib/postgresql is not on the PATH.
build+=("postgresql server:initdb")
e2e=(
	"xvfb command:Xvfb"
	"openbox command:openbox"
	"xdotool command:xdotool"
	"xclip command:xclip"
	"imagemagick command:import"
	"dbus-x11 command:dbus-run-session"
	"fcitx5 command:fcitx5"
	"fcitx5-chinese-addons file:/usr/share/fcitx5/addon/pinyin.conf"
	"x11-utils command:xprop"
)

there() { # there command:NAME | file:PATH | server:PROGRAM of PostgreSQL …
	local proof
	for proof in "$@"; do
		case $proof in
		command:*) command -v "${proof#command:}" >/dev/null || return 1 ;;
		file:*) [ -e "${proof#file:}" ] || return 1 ;;
		server:*) command -v "${proof#server:}" >/dev/null || compgen -G "/usr/lib/postgresql/*/bin/${proof#server:}" >/dev/null || return 1 ;;
		esac
	done
}

wanted=()
case ${1:-all} in
build) wanted=("${build[@]}") ;;
e2e) wanted=("${e2e[@]}") ;;
all) wanted=("${build[@]}" "${e2e[@]}") ;;
*)
	echo "usage: .ci/deps.sh [build|e2e|all]" >&2
	exit 2
	;;
esac

missing=()
for line in "${wanted[@]}"; do
	read -ra word <<<"$line"
	there "${word[@]:1}" || missing+=("${word[0]}")
done
if [ ${#missing[@]} -eq 0 ]; then
	exit 0
fi

cannot() { # cannot REASON
	{
		echo "deps: these Debian packages are missing: ${missing[*]}"
		echo "deps: $1"
	} >&2
	exit 1
}

if ! command -v apt-get >/dev/null; then
	cannot "this machine has no apt-get; install what matches them with its own package tool, then run the command again."
fi
sudo=()
if [ "$(id -u)" -ne 0 ]; then
	if ! command -v sudo >/dev/null; then
		cannot "you are not root and there is no sudo; as root run: apt-get update && apt-get install -y ${missing[*]}"
	fi
	sudo=(sudo)
fi

echo "deps: installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# Debian makes a database cluster of the machine's own, on port 5432, when PostgreSQL is installed. Nobody asked for one:
# for the time of the installation its settings say so.
clusters=/etc/postgresql-common/createcluster.conf
get() {
	"${sudo[@]}" apt-get install -y --no-install-recommends "$@" >"$log" 2>&1
}
install() {
	local code=0
	if [[ " ${missing[*]} " != *" postgresql "* ]]; then
		get "${missing[@]}"
		return
	fi
	get postgresql-common || return
	"${sudo[@]}" cp -p "$clusters" "$clusters.before-deps" || return
	echo "create_main_cluster = false" | "${sudo[@]}" tee -a "$clusters" >/dev/null
	get "${missing[@]}" || code=$?
	"${sudo[@]}" mv "$clusters.before-deps" "$clusters"
	return $code
}
# The lists of a fresh machine are empty or old: ask for new ones, and try the old ones if that fails.
"${sudo[@]}" apt-get update >"$log" 2>&1 || true
if ! install; then
	tail -n 20 "$log" >&2
	cannot "apt-get could not install them (its last lines stand above); see to the network or the package sources and run: apt-get install ${missing[*]}"
fi
