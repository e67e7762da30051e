#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Boots Debian with systemd in a virtual machine, where guest.sh installs the
# packages and follows README.  `./bootstrap machine` gets what this needs and
# calls it; `make check` does not.
#
# From outside: MACHINE_ROOT, an installed Debian; what qemu.sh says.
set -u
srcdir=$(realpath "${srcdir:-$(dirname "$0")/../..}")
builddir=$(realpath "${builddir:-$srcdir}")
: "${MACHINE_KERNEL:=$builddir/.kernel}"
: "${MACHINE_ROOT:=$builddir/.machine}"
# shellcheck source=tests/machine/qemu.sh
. "$srcdir/tests/machine/qemu.sh"

obstacle()
{
	qemu_obstacle
	[ -e "$MACHINE_ROOT/sbin/init" ] || echo "no Debian in $MACHINE_ROOT"
}

# Systemd is the first process, guest.sh a unit of its.
commands()
{
	cat <<-EOT
		umount /proc /sys
		mount --move /dev /root/dev
		exec switch_root /root /sbin/init
	EOT
}

unit()
{
	cat <<-EOT
		[Unit]
		Description=What machine.sh tests
		After=network.target
		SuccessAction=poweroff-force
		FailureAction=poweroff-force
		[Service]
		Type=oneshot
		ExecStart=/opt/stssl/tests/machine/guest.sh
		StandardOutput=file:/dev/ttyS0
		StandardError=inherit
		TimeoutStartSec=infinity
		[Install]
		WantedBy=multi-user.target
	EOT
}

# Into the root: the packages, what of the source is needed, as it lies there,
# and guest.sh as a unit.
furnish()
{
	place=$MACHINE_ROOT/opt/stssl
	units=$MACHINE_ROOT/etc/systemd/system
	tests=$place/tests/machine
	rm -rf "$place" &&
		mkdir -p "$place/debian" "$place/packages" "$tests" &&
		cp -a "$srcdir/etc" "$place" &&
		cp -a "$srcdir/debian/tests" "$place/debian" &&
		cp "$srcdir/tests/machine/setup.sh" \
			"$srcdir/tests/machine/guest.sh" "$tests" &&
		cp "$work"/packages/libpam-stssl_*.deb \
			"$work"/packages/stssl-helper_*.deb "$place/packages" &&
		unit >"$units/story.service" &&
		ln -sf ../story.service \
			"$units/multi-user.target.wants" &&
		ln -sf /dev/null "$units/serial-getty@ttyS0.service"
}

why=$(obstacle | head -n 1)
if [ -n "$why" ]; then
	echo "SKIP: $why; see ./bootstrap machine"
	exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
mkdir "$work/disk"
if ! "$srcdir/.ci/package" "$work/packages" >"$work/log" 2>&1 || ! furnish
then
	cat "$work/log"
	exit 1
fi
commands | qemu_ramdisk "$work/disk" >"$work/cpio"
(qemu_machine "$MACHINE_ROOT" "$work/cpio" 900) | sed -u 's/\r$//' |
	tee "$work/log"
qemu_verdict <"$work/log"
