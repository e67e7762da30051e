#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# --help and --version of both programs and of every subcommand; and what is
# said of a command line that fits none.
set -u
: "${srcdir:?} ${STSSLCTL:?} ${HELPER:?}"

# shellcheck source=tests/ctl.sh
. "$srcdir/tests/ctl.sh"

# fits COMMAND...: what it prints, on stdout alone, fits a terminal; its first
# line.
fits() {
	"$@" >out 2>err || return
	[ ! -s err ] && [ -z "$(sed -n '/.\{80\}/p; /	/p' out)" ] &&
		head -n 1 out
}
# options COMMAND...: of those with a line in its help, how many have no text.
options() {
	"$@" | grep -c '^  --[^ ]*\( [A-Za-z0-9.|]*\)\{0,1\} *$'
}

expect "stssl-helper --help" 0 "usage: stssl-helper [OPTION]..." \
	fits "$HELPER" --help
expect "stssl-helper -h" 0 "usage: stssl-helper [OPTION]..." fits "$HELPER" -h
version=$("$HELPER" -V)
version=${version#stssl-helper }
expect "stssl-helper --version" 0 "stssl-helper $version" \
	fits "$HELPER" --version
expect "stssl-helper -V" 0 "stssl-helper $version" fits "$HELPER" -V
expect "stsslctl --help" 0 "usage: stsslctl SUBCOMMAND [ARGUMENT]..." \
	fits "$STSSLCTL" --help
for option in --version -V; do
	expect "stsslctl $option" 0 "stsslctl $version" \
		fits "$STSSLCTL" "$option"
done
expect "stsslctl identity --help" 0 \
	"usage: stsslctl identity SUBCOMMAND [ARGUMENT]..." \
	fits "$STSSLCTL" identity --help
expect "stsslctl identity --version" 0 "stsslctl $version" \
	fits "$STSSLCTL" identity --version

names=$("$STSSLCTL" --help |
	sed -n 's/^  \([a-z]*\( [a-z]*\)\{0,1\}\)  .*/\1/p')
while read -r name; do
	# shellcheck disable=SC2086 # a name may have two words
	set -- $name
	case $name in
	explain) arguments=" --user USER" ;;
	kick) arguments=" SESSION" ;;
	pardon) arguments=" ADDRESS" ;;
	pin) arguments=" FILE" ;;
	"identity show") arguments=" USER" ;;
	"identity add") arguments=" USER FILE" ;;
	"identity remove") arguments=" USER FILE|ENTRY" ;;
	*) arguments= ;;
	esac
	for option in --help -h; do
		expect "stsslctl $name $option" 0 \
			"usage: stsslctl $name [OPTION]...$arguments" \
			fits "$STSSLCTL" "$@" "$option"
	done
	expect "each option of $name has a text" 1 0 \
		options "$STSSLCTL" "$@" --help
	expect "stsslctl $name --version" 0 "stsslctl $version" \
		fits "$STSSLCTL" "$@" --version
	expect "stsslctl $name --nonsense" 2 "stsslctl: --nonsense: there is\
 no such option, or more than one; see stsslctl $1 --help" \
		"$STSSLCTL" "$@" --nonsense
	# shellcheck disable=SC2086 # a list of words
	expect "stsslctl $name with a word too many" 2 "stsslctl: e: one\
 argument too many; see stsslctl $name --help" \
		"$STSSLCTL" "$@" $arguments e
done <<EOF2
$names
EOF2

# first COMMAND...: nothing on stdout; the first line on stderr, and how many
# there are.
first() {
	"$@" 2>err
	r=$?
	head -n 1 err
	wc -l <err
	return $r
}
all=$(($(echo "$names" | wc -l) + 1))
expect "without a word, the subcommands are listed" 2 \
	"stsslctl: a subcommand is missing; there are
$all" first "$STSSLCTL"
expect "for a wrong one, too" 2 \
	"stsslctl: frob\\x1b: there is no such subcommand; there are
$all" first "$STSSLCTL" "$(printf 'frob\033')" --json
expect "an option in front is none" 2 \
	"stsslctl: --json: there is no such subcommand; there are
$all" first "$STSSLCTL" --json who
expect "identity has some of its own" 2 \
	"stsslctl: a subcommand is missing; there are
5" first "$STSSLCTL" identity
expect "which are listed for a wrong one" 2 \
	"stsslctl: frob: there is no such subcommand; there are
5" first "$STSSLCTL" identity frob
expect "one is no part of another" 2 \
	"stsslctl: identit: there is no such subcommand; there are
$all" first "$STSSLCTL" identit

for name in kick pardon pin "identity show" "identity add" "identity remove"; do
	# shellcheck disable=SC2086 # a name may have two words
	expect "$name needs what it is about" 2 "stsslctl: $name: an argument\
 is missing; see stsslctl $name --help" "$STSSLCTL" $name
done
expect "an option needs its value" 2 "stsslctl: --socket: its value is\
 missing; see stsslctl who --help" "$STSSLCTL" who --socket
expect "a flag takes none" 2 "stsslctl: --json=1: it takes no value; see\
 stsslctl who --help" "$STSSLCTL" who --json=1
expect "a letter is none" 2 "stsslctl: -x: there is no such option, or more\
 than one; see stsslctl who --help" "$STSSLCTL" who -x
expect "options of other subcommands are none" 2 "stsslctl: --shared: it is\
 for others; see stsslctl identity list --help" \
	"$STSSLCTL" identity list --shared
expect "an option may be shortened" 2 "stsslctl: --tls takes 1.2 or 1.3" \
	"$STSSLCTL" explain --us x --tl 1
for bad in -x -dx -c --log=nonsense --sandbox=nonsense word --help=1; do
	expect "stssl-helper $bad" 1 "stssl-helper: \"$bad\" does not fit\
 here; see stssl-helper --help" "$HELPER" "$bad"
done
full() {
	"$@" >/dev/full
}
expect "help that cannot be written" 2 \
	"stsslctl: cannot write to standard output" \
	full "$STSSLCTL" who --help
for option in --help --version; do
	expect "nor by stssl-helper $option" 2 \
		"stssl-helper: cannot write to standard output" \
		full "$HELPER" "$option"
done
for option in --config --classes --etc; do
	expect "check --pam looks at nothing else: $option" 2 "stsslctl: --pam:\
 goes without --config, --classes and --etc" \
		"$STSSLCTL" check --pam login "$option" /nosuch
done
plan
