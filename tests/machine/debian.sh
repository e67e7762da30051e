# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
#
# Roots of Debian in a directory.

this_release()
{
	sed -n 's/^VERSION_CODENAME=//p' /etc/os-release
}

# Where apt gets this release.
debian_mirror()
{
	# shellcheck disable=SC2016 # apt-get expands it
	apt-get indextargets --format '$(CODENAME) $(REPO_URI)' |
		awk -v name="$(this_release)" '$1 == name { print $2; exit }'
}

# debian_root DIRECTORY RELEASE FLAG...: what debootstrap makes with the flags,
# which is there as a whole or not at all.
debian_root()
{
	debian_root=$1 debian_release=$2
	shift 2
	eval "$(apt-config shell http_proxy Acquire::http::Proxy)"
	export http_proxy
	rm -rf "$debian_root.tmp"
	mkdir -p "$(dirname "$debian_root")"
	debootstrap --variant=minbase "$@" "$debian_release" \
		"$debian_root.tmp" "$(debian_mirror)"
	apt-config dump | grep -E '^Acquire::https?::Proxy' \
		>"$debian_root.tmp/etc/apt/apt.conf.d/90proxy" || true
	mv "$debian_root.tmp" "$debian_root"
}
