#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Plays stories with the kernel's TLS, whatever kernel is here: in a virtual
# machine with Debian's kernel, whose root is this machine's, only to be read,
# with memory above it for what is written.  `./bootstrap ktls` gets what this
# needs and calls it; `make check` does not.
#
# From outside: KTLS_KERNEL, where a linux-image package is unpacked;
# KTLS_STORIES, other stories to play; KTLS_ACCEL=kvm, which is faster, but may
# hang on a machine that is a virtual one itself.
set -u
srcdir=$(realpath "${srcdir:-$(dirname "$0")/../..}")
builddir=$(realpath "${builddir:-$srcdir}")
: "${KTLS_KERNEL:=$builddir/.kernel}"
: "${KTLS_STORIES:=ktls-stage}"
: "${KTLS_ACCEL:=tcg}"
SECONDS_MAX=900

# Prints why this cannot be played here; nothing when it can.
obstacle()
{
	[ "$(id -u)" = 0 ] || echo "needs root"
	for program in qemu-system-x86_64 busybox; do
		command -v "$program" >/dev/null ||
			echo "$program is not installed"
	done
	[ -n "$(find "$KTLS_KERNEL/boot" -name 'vmlinuz-*' 2>/dev/null)" ] ||
		echo "no kernel in $KTLS_KERNEL"
}

# What the machine does, as its first process.
init()
{
	cat <<-EOT
		#!/bin/busybox sh
		export PATH=/bin
		/bin/busybox --install -s /bin
		mount -t proc proc /proc
		mount -t sysfs sysfs /sys
		mount -t devtmpfs dev /dev
		for module in virtio_pci 9pnet_virtio 9p overlay tls; do
			modprobe \$module || echo "not ok - no module \$module"
		done
		options=trans=virtio,version=9p2000.L,ro,cache=loose
		mount -t 9p -o \$options,msize=262144 root /low
		mount -t tmpfs memory /up
		mkdir /up/changes /up/work
		options=lowerdir=/low,upperdir=/up/changes,workdir=/up/work
		mount -t overlay -o \$options root /root
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

# The files that the kernel starts with: busybox, and the modules that it needs
# before it has its root, or later by itself.
ramdisk()
{
	release=$(basename "$KTLS_KERNEL"/lib/modules/*)
	modules=lib/modules/$release
	mkdir -p "$work/bin" "$work/sbin" "$work/proc" "$work/sys" "$work/dev" \
		"$work/low" "$work/up" "$work/root" "$work/$modules/kernel"
	cp "$(command -v busybox)" "$work/bin/busybox"
	ln -s ../bin/busybox "$work/sbin/modprobe"
	for part in arch/x86/crypto crypto drivers/virtio fs/9p fs/fscache \
	    fs/netfs fs/overlayfs lib/crypto net/9p net/tls; do
		[ -d "$KTLS_KERNEL/$modules/kernel/$part" ] || continue
		mkdir -p "$work/$modules/kernel/$part"
		cp -a "$KTLS_KERNEL/$modules/kernel/$part/." \
			"$work/$modules/kernel/$part"
	done
	cp "$KTLS_KERNEL/$modules"/modules.builtin* "$work/$modules"
	busybox depmod -b "$work" "$release"
	init >"$work/init"
	chmod 755 "$work/init"
	(cd "$work" && find . | busybox cpio -o -H newc 2>/dev/null)
}

machine()
{
	root=path=/,security_model=none,readonly=on,multidevs=remap
	exec setpriv --pdeathsig TERM timeout "$SECONDS_MAX" \
		qemu-system-x86_64 -M pc,accel="$KTLS_ACCEL" -cpu max \
		-m 1024 -smp 2 -no-reboot -nodefaults -display none \
		-serial stdio -kernel "$KTLS_KERNEL"/boot/vmlinuz-* \
		-initrd "$work.cpio" -append "console=ttyS0 quiet panic=-1" \
		-fsdev "local,id=root,$root" \
		-device virtio-9p-pci,fsdev=root,mount_tag=root \
		-device virtio-rng-pci </dev/null
}

# All that was planned went well, and all stories ended by themselves.
verdict()
{
	awk '/^1[.][.][0-9]/ { planned += substr($0, 4) }
		/^ok / { good++ }
		/^not ok/ { bad++ }
		/^# the machine stops/ { stopped = 1 }
		END {
			printf "%d of %d passed, %d failed\n",
				good, planned, bad
			exit !(stopped && planned > 0 && good == planned &&
				!bad)
		}'
}

why=$(obstacle | head -n 1)
if [ -n "$why" ]; then
	echo "SKIP: $why; see ./bootstrap ktls"
	exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work" "$work.cpio" "$work.log"' EXIT
trap 'exit 130' INT TERM
ramdisk >"$work.cpio"
machine | sed -u 's/\r$//' | tee "$work.log"
verdict <"$work.log"
