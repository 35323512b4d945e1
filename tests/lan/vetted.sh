# A team that looks before it lets somebody in, over two cuts.
#
# Five real homes. The fleet asks for five years' driving and likes sign language. While the street is cut,
# the captain lets Zhang in on his side by an exception, Sun applies on the other and is vouched for there,
# and a licence runs out whose holder takes a ride. Afterwards every home shows the same list with the same
# reasons, a refusal is read by the two alone, and a suspension said on one side of a second cut undoes what
# was claimed on the other, until it is lifted.
. "$(dirname "$0")/lib.sh"
in_namespace "$@"
lan_begin

two_streets
lives east office li; lives west wang zhang sun
all="office li wang zhang sun"
found office 李红 润园; up office
link=$(invite office)
for home in li wang zhang sun; do join "$home" "$link" "$home-p"; up "$home"; done
equal $all

# What a team's desk shows to whoever is in it: no ids, no times, everything else.
desk() { linli "$1" team desk fleet --json; }
reads() { # reads HOME: what every member may see
  desk "$1" | json '([(c["text"], c["required"]) for c in d["criteria"]], sorted((a["name"], sorted(a["vouched_by"]), bool(a["declined_by"])) for a in d["applications"]), sorted((m["name"], m["owner"]) for m in d["members"]), [(s["name"], s["by"], s["reason"]) for s in d["suspended"]], [(e["name"], e["by"], e["unmet"], e["missing"], e["reason"]) for e in d["exceptions"]])'
}
members() { desk "$1" | json '" ".join(sorted(m["name"] for m in d["members"]))'; }
sees_members() { [ -n "$(members "$1")" ]; }
are() { [ "$(members "$1")" = "$2" ] || fail "$1 has in the fleet: $(members "$1"), not $2"; }
expired() { desk "$1" | json '[m["name"] for m in d["members"] if m["expired"]]'; }
ran_out() { [ "$(expired li)" = "['wang-p']" ]; }
about() { linli "$1" notices --json | python3 -c 'import json,sys
print(sorted(n["reason"] for n in map(json.loads, sys.stdin) if n["reason"].startswith("credential")))'; }
holder() { linli "$1" request "$2" --json 2>/dev/null | json 'd["holder"]'; }
holds() { [ "$(holder "$1" "$2")" = "$3" ]; }

linli office group new fleet --kind vetted --vouches 2 --json >/dev/null
for home in li wang; do linli office group approve fleet "$home-p" >/dev/null; done
linli office grant li-p steward --over fleet >/dev/null
linli office team list fleet --about "drives patients" --sort team --json >/dev/null
equal $all
refused not_an_owner wang team criterion fleet "only men"
linli li team criterion fleet "five years driving" --json >/dev/null
linli li team criterion fleet "sign language" --preferred --json >/dev/null
refused bad_window li team attest fleet wang-p "five years driving" --until 2020-01-01T00:00:00Z
ride=$(linli wang ask "To the clinic" --group fleet --json | json 'd["code"]')
linli zhang team apply fleet --json >/dev/null
equal $all
for home in wang office; do linli "$home" group vouch fleet zhang-p >/dev/null; done
equal $all
are wang "li-p wang-p 李红"
refused not_an_owner wang team admit fleet zhang-p
refused criteria_unmet li team admit fleet zhang-p
until=$(date -u -d "+$(within 4) seconds" +%Y-%m-%dT%H:%M:%SZ)
linli li team attest fleet wang-p "five years driving" --until "$until" --json >/dev/null
equal $all

cut_trunk "the captain decides here, Sun applies and a licence runs out there"
linli li team admit fleet zhang-p --exception "drove a bus for 20 years" --json >/dev/null
linli sun team apply fleet --meets "five years driving" --json >/dev/null
linli wang group vouch fleet sun-p >/dev/null
until_it "the licence does not run out: $(desk li)" ran_out
linli wang claim "$ride" >/dev/null || fail "no clock takes a ride away"
[ "$(desk li | json '[a["name"] for a in d["applications"]]')" = "[]" ] || fail "li knows of an application: $(reads li)"
are wang "li-p wang-p 李红"

heal_trunk
equal $all
until_it "zhang cannot read the fleet's desk" sees_members zhang
alike reads office li wang zhang
are zhang "li-p wang-p zhang-p 李红"
[ "$(desk zhang | json '[(e["name"], e["by"], e["unmet"], e["missing"], e["reason"]) for e in d["exceptions"]]')" = \
  "[('zhang-p', 'li-p', ['five years driving'], 0, 'drove a bus for 20 years')]" ] || fail "the exception: $(reads zhang)"
for home in office li wang; do holds "$home" "$ride" wang-p || fail "$home: the ride is $(holder "$home" "$ride")'s"; done
ran_out || fail "the captain sees $(expired li)"
[ "$(about li)" = "['credential_expired']" ] || fail "the captain is told $(about li)"
[ "$(about wang)" = "['credential_mine_expired']" ] || fail "wang is told $(about wang)"
[ "$(about zhang)" = "[]" ] || fail "zhang is told what is not his business: $(about zhang)"

note "a refusal, and a second application"
why="two cars are enough this year"
refused not_an_owner wang team decline fleet sun-p --reason "$why"
linli li team decline fleet sun-p --reason "$why" --json >/dev/null
equal $all
reason() { desk "$1" | json '[(a["declined_by"], a["reason"]) for a in d["applications"]]'; }
for home in sun li; do [ "$(reason "$home")" = "[('li-p', '$why')]" ] || fail "$home reads $(reason "$home")"; done
for home in wang zhang; do [ "$(reason "$home")" = "[('li-p', '')]" ] || fail "$home reads $(reason "$home")"; done
linli sun team apply fleet --meets "five years driving" --json >/dev/null
linli li team attest fleet sun-p "five years driving" --json >/dev/null
equal $all
linli zhang group vouch fleet sun-p >/dev/null
equal $all
linli li team admit fleet sun-p --json >/dev/null || fail "what is only liked keeps sun out"
equal $all
until_it "sun cannot read the fleet's desk" sees_members sun
alike reads $all
are sun "li-p sun-p wang-p zhang-p 李红"
[ "$(desk sun | json 'len(d["exceptions"])')" = 1 ] || fail "one exception, and: $(reads sun)"

other=$(linli wang ask "To the station" --group fleet --json | json 'd["code"]')
equal $all
cut_trunk "the captain pauses Zhang here, Zhang claims there"
linli li team suspend fleet zhang-p --reason "no inspection" --json >/dev/null
linli zhang claim "$other" >/dev/null
until_it "wang does not hear of it, who cannot know" holds wang "$other" zhang-p
heal_trunk
equal $all
for home in office li wang sun; do holds "$home" "$other" None || fail "$home: $(holder "$home" "$other") holds it"; done
alike reads office li wang sun
[ "$(desk zhang | json '[s["reason"] for s in d["suspended"]]')" = "['no inspection']" ] || fail "zhang is not told why"
linli zhang post all "still a neighbour" >/dev/null
shows office all "still a neighbour"
refused suspended zhang team apply fleet
refused suspended li team admit fleet zhang-p --exception "never mind"
linli li team lift fleet zhang-p --json >/dev/null
refused not_suspended li team lift fleet zhang-p
equal $all
until_it "zhang cannot claim again" linli zhang claim "$other"
equal $all
for home in $all; do until_it "$home: not zhang's: $(holder "$home" "$other")" holds "$home" "$other" zhang-p; done
until_it "zhang cannot read the fleet's desk" sees_members zhang
alike reads $all
no_errors
note "the fleet: $(reads sun)"
