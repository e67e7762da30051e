#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# bash completion: what it offers is what the programs' own --help lists, and
# values of options fit.
set -u
: "${srcdir:?} ${STSSLCTL:?} ${HELPER:?}"

srcdir=$(cd "$srcdir" && pwd)
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
# shellcheck source=etc/completion/stsslctl
. "$srcdir/etc/completion/stsslctl"
# shellcheck source=etc/completion/stssl-helper
. "$srcdir/etc/completion/stssl-helper"
cd "$dir" || exit 1
mkdir certs
touch alice.pem 'my own.pem'
n=0

# is DESCRIPTION WANTED GOT: one line of TAP.
is() {
	n=$((n + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $n - $1"
	else
		echo "not ok $n - $1"
		printf '%s\n' "wanted: $2" "got:    $3" | sed 's/^/# /'
	fi
}

# complete_at WORD...: what is offered for the last word, sorted, in one line.
complete_at() {
	local function=_stsslctl
	[ "$1" = stssl-helper ] && function=_stssl_helper
	COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
	# Whatever the subcommands kick and pardon ask is asked of this one.
	"$function" "$STSSLCTL" "${@: -1}" "${@: -2:1}"
	[ "${#COMPREPLY[@]}" -eq 0 ] || printf '%s\n' "${COMPREPLY[@]}" |
		LC_ALL=C sort | paste -sd ' '
}
# offered DESCRIPTION WANTED WORD...
offered() {
	local description=$1 wanted=$2
	shift 2
	is "$description" "$wanted" "$(complete_at "$@")"
}
# listed COMMAND...: the options that its --help lists, as complete_at().
listed() {
	"$@" --help | sed -n 's/^  \(--*[a-z-]*\).*/\1/p' | LC_ALL=C sort |
		paste -sd ' '
}

names=$("$STSSLCTL" --help | sed -n 's/^  \([a-z]*\( [a-z]*\)\?\)  .*/\1/p')
is "--help lists subcommands" yes \
	"$([ "$(wc -l <<<"$names")" -gt 10 ] && echo yes)"
offered "all subcommands are offered" \
	"$( (cut -d ' ' -f 1 <<<"$names"; printf '%s\n' --help --version) |
		LC_ALL=C sort -u | paste -sd ' ')" stsslctl ''
offered "and those of identity" \
	"$( (sed -n 's/^identity //p' <<<"$names"
		printf '%s\n' --help --version) |
		LC_ALL=C sort | paste -sd ' ')" stsslctl identity ''
while read -r name verb; do
	# shellcheck disable=SC2086 # no verb is no word
	offered "all options of $name $verb are offered" \
		"$(listed "$STSSLCTL" "$name" $verb)" \
		stsslctl "$name" $verb --
done <<<"$names"
is "all options of stssl-helper are offered" \
	"$("$HELPER" --help | sed -n 's/^  -[hV], /  /
		s/^  \(--*[a-z-]*\).*/\1/p' | LC_ALL=C sort | paste -sd ' ')" \
	"$(complete_at stssl-helper '')"

offered "what was begun is gone on with" "check" stsslctl che
offered "an option alike" "--classes" stsslctl matrix --cl
offered "nothing for an unknown subcommand" "" stsslctl frob --
offered "files for an option" "alice.pem" stsslctl check --config al
offered "also with blanks" "my own.pem" stsslctl check --config my
offered "also behind =" "alice.pem" stsslctl check --config = al
offered "all of them behind =" "alice.pem certs my own.pem" \
	stsslctl check --config =
offered "directories for an option" "certs" \
	stsslctl identity list --directory ''
offered "words for an option" "cert spki" stsslctl identity add --by ''
offered "versions of TLS" "1.2 1.3" stsslctl explain --tls ''
offered "users for an option" root stsslctl explain --user roo
offered "users for an argument" root stsslctl identity show roo
offered "users, then a file" "alice.pem" stsslctl identity add bob al
offered "no sessions without a helper" "" stsslctl kick ''
offered "where stssl-helper logs" "stderr syslog" stssl-helper --log = ''
offered "its configuration" "alice.pem" stssl-helper -t -c al
echo "1..$n"
