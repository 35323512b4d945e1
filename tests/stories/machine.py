"""What the model of claims makes of acts that real nodes wrote: one set a line in, one outcome a line out.

Needs `claims.py` on the path. Ids and lottery numbers are the nodes' own; what an author had seen is given whole.
A set may span several requests (`slots`): then there is an outcome for each.
"""
import json, sys
sys.dont_write_bytecode = True
import claims
from claims import MEMO, Act, awaiting, counts, judge, told

def outcome(given):
    MEMO.clear(); known = {}
    numbers = {(slot, who): luck for slot, who, luck in given.get("lottery", [])}
    claims.lottery = lambda slot, who: numbers.get((slot, who), "")
    for row in given["acts"]:
        more = dict(roles={p: tuple(r) for p, r in given["roles"].items()}, places=given["places"], mode="prefer_single") if row["kind"] == "submit" else {}
        more |= {"other": row["other"]} if row.get("other") else {}
        more |= {"offer": known[row["offer"]]} if row.get("offer") else {}
        act = Act(row["who"], row["role"], row["kind"], row.get("slot", "case"), [known[s] for s in row["seen"]], row["about"], **more)
        act.id, act.luck = row["id"], row["luck"]; known[row["id"]] = act
    acts = set(known.values()); slots = given.get("slots")
    return [end_of(acts, slot) for slot in slots] if slots else end_of(acts, "case")

def end_of(acts, slot):
    end = judge(acts, slot)
    return dict(status=end.status, holders=list(end.holders), waitlist=list(end.waitlist), awaiting=sorted(awaiting(acts, slot)),
                told=sorted(map(list, told(acts, slot))), counts={a.id: counts(a) for a in acts})

for line in sys.stdin: print(json.dumps(outcome(json.loads(line))))
