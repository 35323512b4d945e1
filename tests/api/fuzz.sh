# schemathesis against a real node: whatever is sent to /api/v1, no answer is a 5xx, and none is one
# that openapi.json does not announce, in status, kind and shape. A minute at most.
. "$(dirname "$0")/../lan/lib.sh"
command -v python3 >/dev/null || skip "python3 is missing"
version=4.32.5
seconds=${LINLI_API_FUZZ_SECONDS:-40}
tools=${LINLI_VENV:-$here/../../target/schemathesis-$version}
if [ ! -x "$tools/bin/st" ]; then
  python3 -m venv "$tools" 2>/dev/null || skip "python3 makes no venv (Debian package python3-venv)"
  "$tools/bin/pip" install -q "schemathesis==$version" 2>/dev/null ||
    { rm -rf "$tools"; skip "schemathesis $version cannot be fetched from PyPI"; }
fi

found office "Li" "Runyuan Court"
up office --no-mdns --listen /ip4/127.0.0.1/tcp/0
page=$(page_of office)
scopes=(); for scope in read post requests desk people home; do scopes+=(--scope "$scope"); done
token=$(linli office token new fuzz "${scopes[@]}" 2>/dev/null)
linli office post all "停水 water" >/dev/null
message=$(linli office log all --last 1 --json | json 'd["id"]')
request=$(linli office ask "A ladder" --json | json 'd["id"]')

# Ids of things that there are, where an address wants one; else everything would be unknown.
cat >"$work/schemathesis.toml" <<TOML
color = false
[parameters]
group = "all"
person = "Li"
[[operations]]
include-path-regex = "/messages/[{]id[}]"
parameters = { id = "$message" }
[[operations]]
include-path-regex = "/requests/[{]id[}]"
parameters = { id = "$request" }
TOML

# Leaving the community would leave nothing to look at; events never end; a shut key stays shut.
code=0
cd "$work" && "$tools/bin/st" --config-file "$work/schemathesis.toml" run "$page/api/v1/openapi.json" \
  -H "Authorization: Bearer $token" --rate-limit 45/s --max-time "$seconds" \
  --phases coverage,fuzzing --continue-on-failure --no-shrink --warnings off \
  --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance \
  --exclude-path /api/v1/events --exclude-path /api/v1/leave >"$work/said" 2>&1 || code=$?
tail -n 25 "$work/said" | cut -c1-300
[ $code = 0 ] || { cut -c1-300 "$work/said" | head -n 150; fail "schemathesis found something"; }
read -r selected all < <(sed -nE 's#^ *Selected: ([0-9]+)/([0-9]+).*#\1 \2#p' "$work/said")
tested=$(sed -nE 's/^ *Tested: ([0-9]+).*/\1/p' "$work/said")
[ "$tested" = "$selected" ] && [ $((all - selected)) = 2 ] || fail "of $all addresses all but two are to be tried: $tested were"
linli office status >/dev/null || fail "the node does not answer any more"
no_errors
