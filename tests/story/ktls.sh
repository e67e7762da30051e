#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Plays stories with the kernel's TLS, whatever kernel is here: in a virtual
# machine with Debian's kernel.  `./bootstrap ktls` gets what this needs and
# calls it; `make check` does not.
#
# From outside: KTLS_STORIES, other stories to play; what qemu.sh says.  Uploads
# are the kernel's from Linux 6.14 on: where .kernel is older, MACHINE_KERNEL is
# to be one of Debian's backports.
set -u
srcdir=$(realpath "${srcdir:-$(dirname "$0")/../..}")
builddir=$(realpath "${builddir:-$srcdir}")
: "${MACHINE_KERNEL:=$builddir/.kernel}"
: "${KTLS_STORIES:=ktls-stage ktlsup-stage}"
# shellcheck source=tests/machine/qemu.sh
. "$srcdir/tests/machine/qemu.sh"

commands()
{
	cat <<-EOT
		mount -t proc proc /root/proc
		mount -t sysfs sysfs /root/sys
		mount --bind /dev /root/dev
		mkdir /root/dev/shm
		for story in $KTLS_STORIES; do
			echo "# \$story"
			chroot /root /usr/bin/env - \\
				PATH=/usr/sbin:/usr/bin:/sbin:/bin \\
				srcdir='$srcdir' builddir='$builddir' \\
				STORY_NO_SKIP=1 STORY_KTLS=1 \\
				STORY_TLS='kernel-tls = auto' \\
				/bin/sh '$srcdir/tests/story/'\$story.sh
			echo "# \$story ended with status \$?"
		done
		echo "# the machine stops"
		poweroff -f
	EOT
}

why=$(qemu_obstacle | head -n 1)
if [ -n "$why" ]; then
	echo "SKIP: $why; see ./bootstrap ktls"
	exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work" "$work.cpio" "$work.log"' EXIT
trap 'exit 130' INT TERM
commands | qemu_ramdisk "$work" tls >"$work.cpio"
(qemu_machine / "$work.cpio" 900) | sed -u 's/\r$//' | tee "$work.log"
qemu_verdict <"$work.log"
