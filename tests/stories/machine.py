"""What the model of claims makes of acts that real nodes wrote: one set a line in, one outcome a line out.

Needs `claims.py` on the path. Ids and lottery numbers are the nodes' own; what an author had seen is given whole.
"""
import json, sys
sys.dont_write_bytecode = True
import claims
from claims import MEMO, Act, awaiting, counts, judge, told

def outcome(given):
    MEMO.clear(); known = {}
    for row in given["acts"]:
        more = dict(roles={p: tuple(r) for p, r in given["roles"].items()}, places=given["places"], mode="prefer_single") if row["kind"] == "submit" else {}
        act = Act(row["who"], row["role"], row["kind"], "case", [known[s] for s in row["seen"]], row["about"], **more)
        act.id, act.luck = row["id"], row["luck"]; known[row["id"]] = act
    acts = set(known.values()); end = judge(acts, "case")
    return dict(status=end.status, holders=list(end.holders), waitlist=list(end.waitlist), awaiting=sorted(awaiting(acts, "case")),
                told=sorted(map(list, told(acts, "case"))), counts={a.id: counts(a) for a in acts})

for line in sys.stdin: print(json.dumps(outcome(json.loads(line))))
