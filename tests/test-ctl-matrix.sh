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
    map = "uid" min-protocol = "TLS1.3" }
class "retired" { enabled = false ssl = optional login = password }
class "closed" { user = { "acme*" } login = refuse }
class "everyone" { ssl = optional login = either }
class "late" { user = { "z" } ssl = optional login = password data = private }
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
\"late\"             nobody is ever in it: class \"everyone\" takes all its \
users
(no class)         refuse    refuse    refuse                refuse" matrix

matrix_digest() {
	"$STSSLCTL" digest --classes "$dir/classes.conf"
}

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
      m["user-names"], c["applies"])
print(a["cells"]["clear"], a["cells"]["tls-good-certificate"]["verdict"])
print(m["no-class"]["tls"]["reason"], len(m["classes"]), len(m["columns"]))
print(m["sha256"], [c["shadowed-by"] for c in m["classes"]])
for c in m["classes"]:
    print(c["name"], *c["applies"])
    for k in c["cells"].values():
        print("", k["verdict"], *[i["key"] + ": " + i["text"]
              for i in k["conditions"]], sep=" | ")'
}
if command -v python3 >/dev/null; then
	expect "--json has criteria, rules and reasons" 0 \
"admins True {'group': ['wheel']} required both private ['file', 'cn'] [] [] \
None
['email', 'dn'] ['a.example', 'b.example'] uid
refuse [] {'verdict': 'refuse', 'reason': 'class-refuses', \
'text': 'the class lets nobody in', 'conditions': []} exact ['login']
{'verdict': 'refuse', 'reason': 'tls-required', 'text': 'TLS required', \
'conditions': []} password
no-class 7 4
$(matrix_digest) [None, None, None, None, None, None, 'everyone']
admins login min-protocol data identity
 | refuse
 | refuse
 | refuse
 | password
partners <b>&'x ssl login bad-certificate min-protocol data identity
 | refuse
 | password
 | refuse
 | accept
robots login min-protocol data identity email-domain map
 | refuse
 | refuse
 | refuse
 | accept | min-protocol: TLS 1.2: refuse | data: FTP data may be in clear
retired ssl login min-protocol data
 | password
 | password | data: FTP data may be in clear
 | password | login: the certificate is ignored | \
data: FTP data may be in clear
 | password | login: the certificate is ignored | \
data: FTP data may be in clear
closed login
 | refuse
 | refuse
 | refuse
 | refuse
everyone ssl login bad-certificate min-protocol data identity
 | password
 | password | data: FTP data may be in clear
 | password | bad-certificate: the certificate is ignored | \
data: FTP data may be in clear
 | accept | data: FTP data may be in clear
late ssl login min-protocol data
 | password | data: no FTP transfers: data is private
 | password
 | password | login: the certificate is ignored
 | password | login: the certificate is ignored" facts
fi

# row NUMBER: the row of one class in page.html.
row() {
	sed -n "/^<th scope=\"row\">$1/,/^<\/tr>/p" page.html
}

page() {
	matrix --html "$dir/page.html" || return
	grep -c '<td class="refuse ' page.html
	grep '^<th scope="row">2' page.html
	grep -c 'refuse</b><small>the class lets nobody in' page.html
	grep -o 'user-names: [a-z]*' page.html
	row 3 | grep 'identity\|domain\|map'
	grep -c 'http[s:]\|url(\|src=\|href=\|@import\|<script\|<link\|<img' \
		page.html
	stat -c %a page.html
}
expect "--html writes one page, escaped, that needs nothing else" 0 \
"16
<th scope=\"row\">2. partners &lt;b&gt;&amp;&#39;x</th>
4
user-names: exact
<div><dt>identity:</dt> <dd>email, dn</dd></div>
<div><dt>email-domain:</dt> <dd>a.example, b.example</dd></div>
<div><dt>map:</dt> <dd>uid</dd></div>
0
644" page

expect "a password in clear is not like another" 0 \
'<td class="password clear" data-column="clear"><b>password in clear</b>'\
'<small>the password decides</small></td>
<td class="password tls" data-column="TLS"><b>password</b>'\
'<small>the password decides</small>'\
'<small class="if">FTP data may be in clear</small></td>' \
	sh -c 'grep -h "class=.password .*clear" page.html | head -n 2'
expect "a newer protocol is asked for in the cell that it changes" 0 \
'<td class="accept tls-good-certificate" data-column="TLS, good certificate">'\
'<b>accept</b><small>logged in by certificate</small>'\
'<small class="if">TLS 1.2: refuse</small>'\
'<small class="if">FTP data may be in clear</small></td>' \
	grep 'TLS 1.2' page.html

seldom() {
	row 4 | grep nobody
	row 7 | grep nobody
	row 5 | sed -n '/class="rules"/,/<\/td>/p'
}
expect "classes without users, and rules that change nothing" 0 \
'<td class="nobody" colspan="4"><b>not enabled</b>'\
'<small>nobody is in it</small></td>
<td class="nobody" colspan="4"><b>nobody is ever in it</b>'\
'<small>class everyone takes all its users</small></td>
<td class="rules"><dl>
<div><dt>login:</dt> <dd>refuse</dd></div>
</dl></td>' seldom

footer() {
	sed -n '/<footer>/,/<\/footer>/p' page.html |
		sed 's/[0-9-]\{10\} [0-9:]\{8\} UTC/WHEN/'
}
expect "the foot says where from and when" 0 \
"<footer><dl>
<div><dt>host:</dt> <dd>$(uname -n)</dd></div>
<div><dt>time:</dt> <dd>WHEN</dd></div>
<div><dt>version:</dt> <dd>$("$STSSLCTL" -V)</dd></div>
<div><dt>digest:</dt> <dd>$(matrix_digest)</dd></div>
</dl></footer>" footer

# In the order in which they were opened, and none besides.
closed() {
	python3 - page.html <<'EOF2'
import html.parser, sys

class Page(html.parser.HTMLParser):
    open, texts = [], []
    def handle_starttag(self, tag, attributes):
        if tag != "meta":
            self.open.append(tag)
    def handle_endtag(self, tag):
        assert self.open.pop() == tag, self.getpos()
    def handle_data(self, data):
        self.texts.append(data)

page = Page()
page.feed(open(sys.argv[1]).read())
page.close()
print(page.open, "2. partners <b>&'x" in page.texts)
EOF2
}
if command -v python3 >/dev/null; then
	expect "the page is well-formed" 0 "[] True" closed
fi

output() {
	matrix --html - | sed '/<dt>time:/d' >page.out
	sed '/<dt>time:/d' page.html | cmp - page.out && rm page.out
}
expect "- is standard output" 0 "" output
full() {
	matrix --html - >/dev/full
}
expect "a page that standard output does not take is none" 2 \
	"stsslctl: cannot write to standard output" full

chmod 640 page.html
cp page.html old
whole() {
	"$@"
	r=$?
	cmp page.html old
	stat -c %a page.html
	return $r
}
# A file may have 512 bytes; the shell's own pipe is no file.
limited() {
	(
		trap '' XFSZ
		ulimit -f 1
		matrix --html page.html
	)
}
expect "a disk that is full leaves the old page whole" 2 \
	"stsslctl: page.html: File too large
640" whole limited
again() {
	matrix --html page.html && stat -c %a page.html
}
expect "a page keeps its mode" 0 640 again

expect "a page that cannot be written is no answer" 2 \
	"stsslctl: /no/such/place: No such file or directory" \
	matrix --html /no/such/place
expect "no name is none" 2 "stsslctl: \"\": No such file or directory" \
	matrix --html ""
mkdir folder
expect "a directory is no page" 2 "stsslctl: @/folder: not a regular file" \
	matrix --html "$dir/folder"
ln -s page.html link
expect "a link is not replaced" 2 "stsslctl: link: not a regular file" \
	matrix --html link
expect "nor is a device" 2 "stsslctl: /dev/null: not a regular file" \
	matrix --html /dev/null
expect "a page is no JSON" 2 \
	"stsslctl: --json: goes without --html" \
	matrix --json --html page.html
rm -r folder link old
expect "nothing but the page stays behind" 0 "classes.conf page.html" \
	sh -c 'ls -A | tr "\n" " " | sed "s/ $//"'

echo 'class "x" { ssl = never }' >>classes.conf
expect "a faulty file has no table" 2 \
'stsslctl: @/classes.conf:11: ssl = "never": not one of required, optional' \
	matrix
plan
