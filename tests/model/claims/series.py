"""Random series with a rota, judged by the model of claims: `series.py FROM COUNT` prints one set a line.

Needs `claims.py` on the path. Two chairs by rota that nobody saw one before the other stand in the order of the acts
that gave them; the model leaves that to the hash of a name which only the model has, so it is set here.
"""
import json, random, sys
sys.dont_write_bytecode = True
import claims
from claims import CAST, MEMO, Act, Town, awaiting, counts, instance, judge, lottery, told

def standin(why, source, slot, person, kind, luck=None):
    def make():
        a = Act(person, "member", kind, slot, source.seen, **source.more)
        if why == "rota": a.id = f"rota {source.id} {slot}"
        return a
    a = claims.once((why, source.id, slot), make); a.src, a.luck = source, luck or a.luck; return a
claims.standin = standin

DESK = "rota rota rota grant revoke decline refer hold publish resume".split()
KIN = "cancel reopen confirm".split()
CREW = ["claim"] * 5 + ["depart"] * 3 + "arrive pickup done resolve ack ack".split() + ["withdraw"] * 4 + ["offer"] * 5 + ["accept"] * 16

def town(rng):
    """A series with two to four rides; desk, family and drivers act and meet on two to four sides of moving cuts."""
    MEMO.clear(); t = Town(); t.all.clear(); crew = [f"d{n}" for n in range(1, 6)]; people = ["li", "he", "ma"] + crew
    days = tuple(f"2026-03-{3 + 7 * n:02}T07:30" for n in range(rng.randint(2, 4))); legs = rng.choice((("out",), ("out", "back")))
    rides = {instance("S", day, leg): k for k, day in enumerate(days) for leg in legs}; some = lambda: tuple(rng.sample(crew, rng.randint(1, 3)))
    t.do(t.all, "li", "desk", "series", slot="S", roles=CAST, rota=some(), starts=days, legs=legs, from_k=0)
    node = {p: set(t.all) for p in people}; sides = rng.randint(2, 4)
    for step in range(rng.randint(8, 22)):
        if step % 6 == 0: side = {p: rng.randrange(sides) for p in people}
        p = rng.choice(crew) if rng.random() < .6 else rng.choice(people); mine = node[p]
        kind = rng.choice(DESK if p in ("li", "he") else KIN if p == "ma" else CREW)
        role = "desk" if p in ("li", "he") else "requester" if p == "ma" else "member"; slot = rng.choice(sorted(rides)); about, more = None, {}
        if kind in ("grant", "revoke"): about = rng.choice(crew)
        if kind == "rota": slot, more = "S", dict(rota=some(), from_k=rng.randrange(len(days) + 1))
        if kind == "offer":
            held = [r for r in sorted(rides) if p in judge(mine, r).holders]; others = [(r, h) for r in sorted(rides) for h in judge(mine, r).holders if h != p]
            if held and others: slot = rng.choice(held); other, about = rng.choice(others); more = dict(other=other)
            else: kind = "claim"
        if kind == "accept":
            offers = sorted((a for a in mine if a.kind == "offer" and a.about == p), key=lambda a: a.id)
            if offers: o = rng.choice(offers); slot, more = o.slot, dict(offer=o, other=o.more["other"])
            else: kind = "claim"
        t.do(mine, p, role, kind, about, slot=slot, **more)
        for q in people:
            if q != p and side[q] == side[p] and rng.random() < .6: node[q] |= mine; mine |= node[q]
    return t, crew, rides

def emit(seed):
    rng = random.Random(seed); t, crew, rides = town(rng); slot = rng.choice(sorted(rides)); j = judge(t.all, slot)
    plain = lambda more: {k: v.id if isinstance(v, Act) else v for k, v in more.items() if k != "roles"}
    row = lambda a: dict(id=a.id, who=a.who, role=a.role, kind=a.kind, slot=a.slot, about=a.about, more=plain(a.more), seen=sorted(x.id for x in a.seen), luck=a.luck, counts=counts(a))
    return dict(seed=seed, slot=slot, roles={p: list(CAST[p]) for p in ["li", "he", "ma"] + crew}, acts=[row(a) for a in sorted(t.all, key=lambda a: (len(a.seen), a.id))],
                rides=[[r, "S", k] for r, k in sorted(rides.items())], lottery=[[r, p, lottery(r, p)] for r in sorted(rides) for p in crew],
                expected=dict(status=j.status, holders=list(j.holders), awaiting=list(awaiting(t.all, slot)), waitlist=list(j.waitlist),
                              told=[list(x) for x in told(t.all, slot)], provisional=j.provisional, incidents=[list(x) for x in j.incidents], notes=list(j.notes)))

if __name__ == "__main__":
    for seed in range(int(sys.argv[1]), int(sys.argv[1]) + int(sys.argv[2])): print(json.dumps(emit(seed)))
