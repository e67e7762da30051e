#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# stsslctl matrix: the policy as text, as JSON, and as a page.
set -u
: "${srcdir:?} ${STSSLCTL:?}"

# shellcheck source=tests/ctl.sh
. "$srcdir/tests/ctl.sh"

cat >classes.conf <<'EOF2'
map "uid" { dn = 'CN=([a-z]+) \1' }
class "admins" { group = { "wheel" } ssl = required login = both }
class "partners <b>&'x" { user = { "acme-*" } ssl = required login = either }
class "robots" { user = { "r[0-9]" } ssl = optional login = certificate
    identity = { "email", "dn" } email-domain = { "a.example", "b.example" }
    map = "uid" }
class "retired" { enabled = false ssl = optional login = password }
class "closed" { user = { "acme*" } login = refuse }
class "everyone" { ssl = optional login = either }
EOF2

matrix() {
	"$STSSLCTL" matrix --classes "$dir/classes.conf" "$@"
}

expect "a table says what becomes of each connection" 0 \
"class              clear     TLS       TLS, bad certificate  \
TLS, good certificate
\"admins\"           refuse    refuse    refuse                password
\"partners <b>&'x\"  refuse    password  refuse                accept
\"robots\"           refuse    refuse    refuse                accept
\"retired\"          not enabled
\"closed\"           refuse    refuse    refuse                refuse
\"everyone\"         password  password  password              accept
(no class)         refuse    refuse    refuse                refuse" matrix

# facts: what a program can ask the JSON object.
facts() {
	matrix --json | python3 -c '
import json, sys
m = json.load(sys.stdin)
a = m["classes"][0]
print(a["name"], a["enabled"], a["criteria"], a["ssl"], a["login"], a["data"],
      a["identity"], a["email-domain"], a["upn-domain"], a["map"])
r = m["classes"][2]
print(r["identity"], r["email-domain"], r["map"])
c = m["classes"][4]
print(c["login"], c["identity"], c["cells"]["tls-good-certificate"],
      m["user-names"])
print(a["cells"]["clear"], a["cells"]["tls-good-certificate"]["verdict"])
print(m["no-class"]["tls"]["reason"], len(m["classes"]), len(m["columns"]))'
}
if command -v python3 >/dev/null; then
	expect "--json has criteria, rules and reasons" 0 \
"admins True {'group': ['wheel']} required both private ['file', 'cn'] [] [] \
None
['email', 'dn'] ['a.example', 'b.example'] uid
refuse [] {'verdict': 'refuse', 'reason': 'class-refuses', \
'text': 'the class lets nobody in'} exact
{'verdict': 'refuse', 'reason': 'tls-required', 'text': 'TLS required'} password
no-class 6 4" facts
fi

page() {
	matrix --html "$dir/page.html" || return
	grep -c '<td class="refuse">' page.html
	grep '^<th scope="row">2' page.html
	grep -c 'refuse</b><small>the class lets nobody in' page.html
	grep -o 'user-names: [a-z]*' page.html
	grep -o 'identity: email.*' page.html
	grep -c 'http\|<script\|<link\|<img' page.html
	stat -c %a page.html
}
expect "--html writes one page, escaped, that needs nothing else" 0 \
"16
<th scope=\"row\">2. partners &lt;b&gt;&amp;&#39;x</th>
4
user-names: exact
identity: email, dn<br>email-domain: a.example, b.example<br>map: uid</td>
0
644" page
expect "a page that cannot be written is no answer" 2 \
	"stsslctl: /no/such/place: No such file or directory" \
	matrix --html /no/such/place
expect "nothing but the page stays behind" 0 "classes.conf page.html" \
	sh -c 'ls -A | tr "\n" " " | sed "s/ $//"'

echo 'class "x" { ssl = never }' >>classes.conf
expect "a faulty file has no table" 2 \
'stsslctl: @/classes.conf:10: ssl = "never": not one of required, optional' \
	matrix
plan
