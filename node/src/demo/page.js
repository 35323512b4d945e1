// Draws what /picture says, twice a second, and sends what is pressed. It knows no rule of its own:
// sentences, numbers and marks come ready from the program.
"use strict";
(() => {
  const EVERY_MS = 500;
  const PULSE_MS = 700;
  const SPOT = [[20, 22], [20, 78], [80, 22], [80, 78]];
  const one = (where, query) => where.querySelector(query);
  const all = (where, query) => [...where.querySelectorAll(query)];
  const stage = document.getElementById("stage");
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const known = SPOT.map(() => null);

  for (const wire of all(stage, ".wire")) {
    const [a, b] = [SPOT[wire.dataset.a], SPOT[wire.dataset.b]];
    for (const line of wire.children) {
      line.setAttribute("x1", a[0]); line.setAttribute("y1", a[1]);
      line.setAttribute("x2", b[0]); line.setAttribute("y2", b[1]);
    }
    wire.addEventListener("click", () => one(stage, ".k" + wire.dataset.a + wire.dataset.b).click());
  }
  for (const home of all(stage, ".home")) {
    home.addEventListener("click", (event) => {
      if (!event.target.closest("button")) one(home, "button").click();
    });
  }
  for (const form of all(document, "form:not([data-leave])")) {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const sent = new FormData(form, event.submitter);
      const written = one(form, "input[name=text]");
      if (written && !written.value.trim()) return;
      const answer = await fetch(form.getAttribute("action"), {
        method: "POST", body: new URLSearchParams(sent), redirect: "manual",
      }).catch(() => null);
      if (written && answer && answer.type === "opaqueredirect") written.value = "";
      look();
    });
  }

  const say = (place, text) => { if (place.textContent !== text) place.textContent = text; };

  // The cables that something takes from one home to another, or none.
  function way(links, from, to) {
    const before = { [from]: from };
    for (const at of walk(links, from, before)) if (at === to) break;
    if (!(to in before)) return [];
    const steps = [];
    for (let at = to; at !== from; at = before[at]) steps.unshift([before[at], at]);
    return steps;
  }
  function walk(links, from, before) {
    const row = [from];
    for (const at of row) {
      for (const { a, b, live } of links) {
        const next = a === at ? b : b === at ? a : null;
        if (live && next !== null && !(next in before)) { before[next] = at; row.push(next); }
      }
    }
    return row;
  }
  function pulse(steps) {
    steps.forEach(([from, to], at) => {
      const dot = document.createElement("span");
      dot.className = "dot";
      stage.append(dot);
      const spot = (home) => ({ left: SPOT[home][0] + "%", top: SPOT[home][1] + "%" });
      const timing = { duration: PULSE_MS, delay: at * PULSE_MS, easing: "ease-in-out", fill: "both" };
      dot.animate([spot(from), spot(to)], timing).onfinish = () => dot.remove();
    });
  }

  function lines(at, home, links) {
    const list = one(document, ".l" + at + " ol");
    const fresh = known[at] === null ? [] : home.log.filter((line) => !known[at].has(line.id));
    if (known[at] === null || fresh.length || list.children.length !== home.log.length) {
      list.textContent = "";
      list.append(...home.log.map((line) => {
        const item = document.createElement("li"), author = document.createElement("b");
        author.textContent = line.author + " ";
        item.className = (line.mine ? "mine " : "") + (fresh.includes(line) ? "fresh" : "");
        item.append(author, line.text);
        return item;
      }));
    }
    known[at] = new Set([...(known[at] || []), ...home.log.map((line) => line.id)]);
    const authors = new Set(fresh.map((line) => line.from).filter((from) => from !== null && from !== at));
    if (!calm) for (const from of authors) pulse(way(links, from, at));
  }

  function house(at, home) {
    const card = one(stage, ".h" + at);
    card.className = "home h" + at + " v" + home.version + (home.off ? " away" : "") + (home.holds ? " holds" : "");
    say(one(card, ".count b"), String(home.messages));
    say(one(card, ".count span"), home.count);
    say(one(card, ".same"), home.same);
    say(one(card, "code"), home.state);
    say(one(card, ".off"), home.off_label);
    one(card, ".ride").hidden = !home.ride;
    say(one(card, ".ride"), home.ride);
  }

  function tell(picture) {
    const { story } = picture, place = document.getElementById("story");
    place.hidden = !story;
    if (story && place.dataset.said !== story.step + story.sentence) {
      place.dataset.said = story.step + story.sentence;
      const step = document.createElement("b");
      step.textContent = story.step + " / " + story.of;
      place.textContent = "";
      place.append(step, story.sentence);
    }
    const told = document.getElementById("told");
    const notice = picture.homes.map((home) => home.notice).find(Boolean) || "";
    told.hidden = !notice;
    say(told, notice && "✉ " + notice);
    const button = document.getElementById("tell");
    button.disabled = picture.telling;
    say(button, story ? button.dataset.again : button.dataset.first);
  }

  function draw(picture) {
    picture.homes.forEach((home, at) => { house(at, home); lines(at, home, picture.links); });
    for (const { a, b, cut, live, label } of picture.links) {
      const state = cut ? " cut" : live ? " live" : "";
      one(stage, ".w" + a + b).setAttribute("class", "wire w" + a + b + state);
      const knot = one(stage, ".k" + a + b);
      knot.className = "knot k" + a + b + state;
      knot.setAttribute("aria-label", label);
      knot.title = label;
    }
    stage.classList.toggle("two", picture.in_two);
    const verdict = document.getElementById("verdict");
    verdict.className = picture.equal ? "verdict" : "verdict no";
    say(verdict, (picture.equal ? "= " : "≠ ") + picture.verdict);
    const split = document.getElementById("split"), trickle = document.getElementById("trickle");
    split.classList.toggle("heal", picture.cut);
    say(split, picture.cut ? split.dataset.heal : split.dataset.cut);
    say(trickle, picture.trickle ? trickle.dataset.on : trickle.dataset.off);
    tell(picture);
  }

  let looking = false;
  async function look() {
    if (looking) return;
    looking = true;
    try {
      const answer = await fetch("/picture");
      draw(await answer.json());
      document.body.classList.remove("gone");
    } catch (error) {
      document.body.classList.add("gone");
      say(document.getElementById("verdict"), document.body.dataset.gone);
    } finally {
      looking = false;
    }
  }
  look();
  setInterval(look, EVERY_MS);
})();
