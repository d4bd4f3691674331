"use strict";
// Every text of the game goes in by textContent alone: nothing in it is ever read as HTML.
const at = id => document.getElementById(id);
const PLACES = 200, REST = 700, RETRY = 150;
let game, first, sliders = {}, choices = {}, seen = null, proposed = null;
let busy = false, again = false, resting = 0, over = false;

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  for (const child of children) made.append(child);
  return made;
}

// ---- sliders ------------------------------------------------------------------------------------

function valueOf(text) {
  const parts = text.trim().split("/");
  return parts.length === 2 ? Number(parts[0]) / Number(parts[1]) : Number(parts[0]);
}

// low, high: ends of the value, or of its logarithm to base 10 where `log`
function slider(parent, key, title, value, low, high, log, banded) {
  const id = "slider-" + Object.keys(sliders).length;
  const range = element("input", {type: "range", id, min: 0, max: PLACES, step: 1});
  const box = element("input", {type: "text", inputmode: "decimal", autocomplete: "off",
    spellcheck: "false"});
  box.setAttribute("aria-label", title + ", exact value");
  const label = element("label", {for: id});
  label.textContent = title;
  const row = element("div", {class: "slider"}, label, box, range);
  const band = element("div", {class: "band", "aria-hidden": "true"});
  if (banded) row.append(band);
  const one = {key, box, range, band, title};
  one.set = text => {
    box.value = text;
    const number = log ? Math.log10(valueOf(text)) : valueOf(text);
    range.value = Math.round((number - low) / (high - low) * PLACES);
    range.setAttribute("aria-valuetext", text);
  };
  range.addEventListener("input", () => {
    const place = low + (high - low) * range.value / PLACES;
    box.value = Number((log ? 10 ** place : place).toPrecision(3)).toString();
    range.setAttribute("aria-valuetext", box.value);
    moved();
  });
  box.addEventListener("change", () => { one.set(box.value); moved(); });
  box.addEventListener("keydown", event => { if (event.key === "Enter") event.preventDefault(),
    one.set(box.value), moved(); });
  one.set(value);
  sliders[key] = one;
  parent.append(row);
  return one;
}

function choice(parent, key, title, options, value) {
  const id = "choice-" + key;
  const select = element("select", {id});
  options.forEach(([code, words]) => {
    const option = element("option", {value: code});
    option.textContent = words;
    select.append(option);
  });
  select.value = value;
  select.addEventListener("change", moved);
  const label = element("label", {for: id});
  label.textContent = title;
  parent.append(element("div", {class: "choice"}, label, select));
  choices[key] = select;
}

function build() {
  at("name").textContent = game.name;
  document.title = game.name + " · SGN explorer";
  at("source").textContent = game.source;
  const names = Object.keys(game.parameters);
  at("parameters").hidden = names.length === 0;
  names.forEach(name => {
    const text = game.parameters[name], size = Math.abs(valueOf(text)) || 1;
    const middle = valueOf(text);
    slider(at("parameters"), "parameter:" + name, name, text, middle - size, middle + size, false);
  });
  game.players.forEach((player, i) =>
    slider(at("weights"), "weight:" + i, player.name, "1", -4, 4, true, true));
  const note = element("p", {class: "note"});
  note.textContent = "Green under a slider: the weights there, the others kept, with a positive " +
    "sampled margin. Only ratios of weights count.";
  at("weights").append(note);
  choice(at("weights"), "metric", "Prove with", [["sliders", "these weights"],
    ["auto", "the search's metric"]], "sliders");
  if (game.scales)
    slider(at("play"), "scale", "size of the region (1: as given)", "1", -1.5, .5, true);
  choice(at("play"), "method", "Simulate", [["flow", "the flow"],
    ["euler", "Euler steps"]], "flow");
  const step = valueOf(game.step), middle = Math.log10(step);
  slider(at("play"), "step", "Euler step h", game.step, middle - 2, middle + 1, true);
  const variables = game.players.flatMap(p => p.variables);
  if (variables.length > 2) ["x", "y"].forEach((axis, k) =>
    choice(at("play"), axis, k ? "Vertical axis" : "Horizontal axis",
      variables.map((name, i) => [i, name]), game.axes[k]));
  game.variables = variables;
  game.players.forEach(player => {
    const line = element("p", {class: "cost"}), name = element("strong");
    name.textContent = player.name;
    const cost = element("code");
    cost.textContent = player.cost;
    line.append(name, " chooses " + player.variables.join(", "));
    if (player.cost) line.append(" to make small ", cost);
    at("players").append(line);
  });
}

function settings() {
  const parameters = {}, text = key => sliders[key].box.value;
  for (const name of Object.keys(game.parameters)) parameters[name] = text("parameter:" + name);
  const axis = (name, k) => choices[name] ? Number(choices[name].value) : game.axes[k];
  return {parameters, weights: game.players.map((_, i) => text("weight:" + i)),
    scale: game.scales ? text("scale") : "1", step: text("step"), axes: [axis("x", 0), axis("y", 1)],
    method: choices.method.value, metric: choices.metric.value};
}

// ---- asking -------------------------------------------------------------------------------------

async function ask(place, sent) {
  const answer = await fetch(place, {method: "POST", body: JSON.stringify(sent),
    headers: {"Content-Type": "application/json"}});
  if (!answer.ok) throw new Error("the server said " + answer.status);
  return answer.json();
}

async function moved() {
  if (over) return;
  clearTimeout(resting);
  resting = setTimeout(prove, REST);
  if (busy) { again = true; return; }
  busy = true;
  try {
    do {
      again = false;
      const found = await ask("look", settings());
      if (found.problem) problem(found.problem); else show(found);
    } while (again);
  } catch (error) {
    if (!over) setTimeout(moved, RETRY * 10);
  } finally { busy = false; }
}

async function prove() {
  if (over) return;
  if (busy) { resting = setTimeout(prove, REST); return; }  // a look is under way
  if (seen === null) return;  // what was looked at is no game to prove
  try { await ask("prove", settings()); } catch (error) { /* the news will tell */ }
}

function problem(sentence) {
  seen = null;
  tone("live-card", "bad");
  at("live").textContent = sentence;
  at("numbers").replaceChildren();
}

function tone(id, name) { at(id).className = "card " + name; }

// ---- what was seen ------------------------------------------------------------------------------

function show(found) {
  seen = found;
  const good = found.margin > 0, points = found.constant ? "everywhere (J is constant)" :
    `at ${found.count} sampled points`;
  tone("live-card", good ? "good" : "bad");
  at("live").textContent = good ? `Play contracts ${points}` :
    found.growth > 0 ? "Play does not contract in these weights" :
    "Play does not contract, in no metric at all: an eigenvalue has no positive real part";
  const rows = [["sampled margin", short(found.margin)],
    ["sampled Lipschitz constant", short(found.lipschitz)],
    [`sampled factor of an Euler step ${sliders.step.box.value}`, short(found.factor)],
    ["least real part of an eigenvalue", short(found.growth)]];
  at("numbers").replaceChildren(...rows.flatMap(([key, value]) => {
    const term = element("dt"), said = element("dd");
    term.textContent = key; said.textContent = value;
    return [term, said];
  }));
  found.band.forEach((row, i) => sliders["weight:" + i].band.replaceChildren(
    ...row.map(inside => element("span", inside ? {class: "in"} : {}))));
  drawFlow(found.picture);
  drawDistances(found.picture, found.margin);
}

// ---- the proof ----------------------------------------------------------------------------------

const WORDS = {proved: ["good", "PROVED"], estimated: ["warn", "ESTIMATED, not proved"],
  refuted: ["bad", "REFUTED"], undecided: ["warn", "NOT PROVED"]};

function heard(news) {
  at("save-proof").hidden = !news.file;
  at("words-box").hidden = !news.words;
  at("words").textContent = news.words || "";
  at("take").hidden = true;
  at("proof-more").textContent = "";
  if (news.state === "idle") {
    tone("proof-card", "");
    at("proof").textContent = "Waiting for the sliders to rest …";
  } else if (news.state === "proving") {
    tone("proof-card", "");
    at("proof").textContent = `Proving … (${short(game.seconds)} seconds at most)`;
  } else {
    const [look, word] = WORDS[news.verdict] || ["warn", news.verdict];
    tone("proof-card", look);
    at("proof").textContent = news.margin ? `${word}: margin ${news.margin}` : word;
    if (news.weights) told(news.weights);
    else at("proof-more").textContent = news.margin ? "In a metric of matrices." :
      news.message[0].toUpperCase() + news.message.slice(1).replace(/\.$/, "") +
      (choices.metric.value === "auto" ? "." : ". Other weights may do, or the search's metric.");
    at("save-proof").textContent = news.margin ? "Save certificate" : "Save refusal";
  }
}

function told(weights) {
  const listed = weights.slice(0, 12).map(w => short(Number(w), 6)).join(" : ");
  const numbers = weights.map(Number), mine = game.players.map((_, i) =>
    valueOf(sliders["weight:" + i].box.value));
  const same = numbers.every((w, i) =>
    Math.abs(Math.log(w / numbers[0] / (mine[i] / mine[0]))) < .01);
  proposed = weights;
  at("proof-more").textContent = `In the weights ${listed}` +
    (same ? " of the sliders." : ", which the search found better.");
  at("take").hidden = same;
}

at("take").addEventListener("click", () => {
  proposed.forEach((w, i) => sliders["weight:" + i].set(w));
  moved();
});
at("reset").addEventListener("click", () => {
  const start = first;
  Object.entries(start.boxes).forEach(([key, text]) => sliders[key].set(text));
  Object.entries(start.choices).forEach(([key, value]) => { choices[key].value = value; });
  moved();
});
at("controls").addEventListener("submit", event => event.preventDefault());

function ended() {
  over = true;
  tone("proof-card", "bad");
  at("proof").textContent = "The server has ended; run sgn explore again.";
}

async function begin() {
  game = await (await fetch("game.json")).json();
  build();
  first = {
    boxes: Object.fromEntries(Object.entries(sliders).map(([k, s]) => [k, s.box.value])),
    choices: Object.fromEntries(Object.entries(choices).map(([k, s]) => [k, s.value])),
  };
  const events = new EventSource("events");
  events.addEventListener("message", event => heard(JSON.parse(event.data)));
  events.addEventListener("over", () => { events.close(); ended(); });
  events.addEventListener("error", () => { if (events.readyState === EventSource.CLOSED) ended(); });
  moved();
}

begin();
