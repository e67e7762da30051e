# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
#
# Debian's kernel in a virtual machine.  Its root is a directory of this
# machine, which it can only read, with memory above it for what is written.
#
# From outside: MACHINE_KERNEL, where a linux-image package is unpacked;
# MACHINE_ACCEL=kvm, which is faster, but may hang on a machine that is a
# virtual one itself.
: "${MACHINE_ACCEL:=tcg}"

# Prints why there can be no machine here; nothing when there can.
qemu_obstacle()
{
	[ "$(id -u)" = 0 ] || echo "needs root"
	for qemu_program in qemu-system-x86_64 busybox; do
		command -v "$qemu_program" >/dev/null ||
			echo "$qemu_program is not installed"
	done
	[ -n "$(find "$MACHINE_KERNEL/boot" -name 'vmlinuz-*' 2>/dev/null)" ] ||
		echo "no kernel in $MACHINE_KERNEL"
}

# The first process: mounts the root, and goes on with the commands on standard
# input, which find it in /root.
qemu_init()
{
	cat <<-EOT
		#!/bin/busybox sh
		export PATH=/bin
		/bin/busybox --install -s /bin
		mount -t proc proc /proc
		mount -t sysfs sysfs /sys
		mount -t devtmpfs dev /dev
		for module in virtio_pci 9pnet_virtio 9p overlay $*; do
			modprobe \$module || echo "not ok - no module \$module"
		done
		options=trans=virtio,version=9p2000.L,ro,cache=loose
		mount -t 9p -o \$options,msize=262144 root /low
		mount -t tmpfs memory /up
		mkdir /up/changes /up/work
		options=lowerdir=/low,upperdir=/up/changes,workdir=/up/work
		mount -t overlay -o \$options root /root
	EOT
	cat
}

# qemu_ramdisk DIRECTORY MODULE... < COMMANDS: prints the archive of files that
# the kernel starts with, made in DIRECTORY: busybox, the modules that are
# needed before there is a root, or later by the kernel itself, and those named.
qemu_ramdisk()
(
	disk=$1
	shift
	release=$(basename "$MACHINE_KERNEL"/lib/modules/*)
	modules=lib/modules/$release
	mkdir -p "$disk/bin" "$disk/sbin" "$disk/proc" "$disk/sys" "$disk/dev" \
		"$disk/low" "$disk/up" "$disk/root" "$disk/$modules/kernel"
	cp "$(command -v busybox)" "$disk/bin/busybox"
	ln -s ../bin/busybox "$disk/sbin/modprobe"
	for part in arch/x86/crypto crypto drivers/virtio fs/9p fs/fscache \
	    fs/netfs fs/overlayfs lib/crypto net/9p net/tls; do
		[ -d "$MACHINE_KERNEL/$modules/kernel/$part" ] || continue
		mkdir -p "$disk/$modules/kernel/$part"
		cp -a "$MACHINE_KERNEL/$modules/kernel/$part/." \
			"$disk/$modules/kernel/$part"
	done
	cp "$MACHINE_KERNEL/$modules"/modules.builtin* "$disk/$modules"
	busybox depmod -b "$disk" "$release"
	qemu_init "$@" >"$disk/init"
	chmod 755 "$disk/init"
	cd "$disk" && find . | busybox cpio -o -H newc 2>/dev/null
)

# qemu_machine ROOT RAMDISK SECONDS: plays it; its console is standard output.
qemu_machine()
{
	qemu_root=path=$1,security_model=none,readonly=on,multidevs=remap
	exec setpriv --pdeathsig TERM timeout "$3" qemu-system-x86_64 \
		-M pc,accel="$MACHINE_ACCEL" -cpu max \
		-m 1024 -smp 2 -no-reboot -nodefaults -display none \
		-serial stdio -kernel "$MACHINE_KERNEL"/boot/vmlinuz-* \
		-initrd "$2" -append "console=ttyS0 quiet panic=-1" \
		-fsdev "local,id=root,$qemu_root" \
		-device virtio-9p-pci,fsdev=root,mount_tag=root \
		-device virtio-rng-pci </dev/null
}

# Reads what the machine printed: did all that was planned go well, and did it
# get as far as its end?
qemu_verdict()
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
