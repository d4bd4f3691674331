"use strict";
// The two pictures, drawn from the numbers that the server sends.
const SVG = "http://www.w3.org/2000/svg";
const W = 440, LEFT = 58, RIGHT = 14, TOP = 12;

function drawn(tag, attributes, text) {
  const made = document.createElementNS(SVG, tag);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

function short(value, digits = 4) {
  if (value === null || !isFinite(value)) return "not finite";
  const text = Number(value.toPrecision(digits)).toString();
  return text.replace("-", "−");
}

function frame(svg, height, x, y, names) {
  svg.replaceChildren();
  const bottom = height - 44, clip = svg.id + "-clip";
  const defs = drawn("defs", {}), path = drawn("clipPath", {id: clip});
  path.append(drawn("rect", {x: LEFT, y: TOP, width: W - LEFT - RIGHT, height: bottom - TOP}));
  defs.append(path);
  svg.append(defs, drawn("rect", {class: "frame", x: LEFT, y: TOP, width: W - LEFT - RIGHT,
    height: bottom - TOP}));
  const text = (a, b, words, anchor, extra = {}) =>
    svg.append(drawn("text", {x: a, y: b, "text-anchor": anchor, class: "soft", ...extra}, words));
  text(LEFT, bottom + 17, x[0], "start"); text(W - RIGHT, bottom + 17, x[1], "end");
  text(LEFT - 6, bottom, y[0], "end"); text(LEFT - 6, TOP + 11, y[1], "end");
  const cut = name => name.length > 24 ? name.slice(0, 23) + "…" : name;
  text((LEFT + W - RIGHT) / 2, bottom + 34, cut(names[0]), "middle", {class: ""});
  const middle = (TOP + bottom) / 2;
  text(18, middle, cut(names[1]), "middle", {class: "", transform: `rotate(-90 18 ${middle})`});
  const inside = drawn("g", {"clip-path": `url(#${clip})`});
  svg.append(inside);
  return {inside, bottom};
}

function line(points) {
  return points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");
}

function drawFlow(p) {
  const axes = settings().axes, names = axes.map(k => game.variables[k]);
  const ends = k => [short(p.low[k], 3), short(p.high[k], 3)];
  const {inside, bottom} = frame(at("flow"), 420, ends(0), ends(1), names);
  const X = v => LEFT + (v - p.low[0]) / (p.high[0] - p.low[0] || 1) * (W - LEFT - RIGHT);
  const Y = v => bottom - (v - p.low[1]) / (p.high[1] - p.low[1] || 1) * (bottom - TOP);
  const near = v => Math.max(-2000, Math.min(2000, v));
  const sizes = p.arrows.map(([x, y, a, b]) => Math.hypot(X(x + a) - X(x), Y(y + b) - Y(y)));
  const most = Math.max(...sizes, 1e-300);
  p.arrows.forEach(([x, y, a, b], i) => {
    if (!sizes[i]) return;
    const size = 5 + 15 * (sizes[i] / most) ** .5;
    const dx = (X(x + a) - X(x)) / sizes[i] * size, dy = (Y(y + b) - Y(y)) / sizes[i] * size;
    const [px, py] = [X(x) - dx / 2, Y(y) - dy / 2], [qx, qy] = [px + dx, py + dy];
    inside.append(drawn("line", {class: "arrow", x1: px, y1: py, x2: qx, y2: qy}));
    const [ux, uy] = [dx / size * 5, dy / size * 5];
    inside.append(drawn("polygon", {class: "head", points:
      line([[qx, qy], [qx - ux - uy / 2, qy - uy + ux / 2], [qx - ux + uy / 2, qy - uy - ux / 2]])}));
  });
  p.runs.forEach(run => {
    const points = run.map(([x, y]) => [near(X(x)), near(Y(y))]);
    inside.append(drawn("polyline", {class: "run", points: line(points)}));
    inside.append(drawn("circle", {class: "start", cx: points[0][0], cy: points[0][1], r: 3.2}));
  });
  if (p.zero) {
    const [x, y] = [X(p.zero[0]), Y(p.zero[1])];
    inside.append(drawn("path", {class: "zero", d: `M${x - 7} ${y}h14M${x} ${y - 7}v14`}));
  }
  const how = choices.method.value === "flow" ? "the flow" : `Euler steps ${sliders.step.box.value}`;
  at("flow-text").textContent = `Arrows: where gradient play pushes${p.slice ?
    ", on the slice through the cross" : ""}. Lines: ${how} from ${p.runs.length} starts (dots)` +
    (p.zero ? ". Cross: zero of the pseudo-gradient, found numerically." :
      ". No zero of the pseudo-gradient was found in the region.");
}

function drawDistances(p, margin) {
  const runs = p.distances.filter(run => run.length && run[0] > 0);
  const flow = choices.method.value === "flow", last = p.times[p.times.length - 1] || 1;
  const LOW = -6, HIGH = 1;
  const {inside, bottom} = frame(at("distances"), 240, ["0", short(last, 3)], ["1e−6", "10"],
    [flow ? "time" : "step number", "distance"]);
  const X = t => LEFT + t / last * (W - LEFT - RIGHT);
  const Y = v => bottom - (Math.max(LOW - 1, Math.min(HIGH + 1, Math.log10(v))) - LOW) /
    (HIGH - LOW) * (bottom - TOP);
  inside.append(drawn("line", {class: "grid", x1: LEFT, x2: W, y1: Y(1), y2: Y(1)}));
  runs.forEach(run => {
    const points = run.map((d, k) => [k, d]).filter(([, d]) => d !== null && d > 0)
      .map(([k, d]) => [X(p.times[k]), Y(d / run[0])]);
    inside.append(drawn("polyline", {class: "run", points: line(points)}));
  });
  const rate = flow ? Math.exp(-margin) : seen.factor;
  if (runs.length && rate > 0) {
    const points = [...Array(61).keys()].map(k => k * last / 60).map(t => [X(t), Y(rate ** t)]);
    inside.append(drawn("polyline", {class: "rate", points: line(points)}));
  }
  at("distances-text").textContent = runs.length ?
    "Distance to the cross over the first one, in these weights, on a logarithmic scale. " +
    `Dashed: the sampled ${flow ? "margin" : "factor"}'s promise (no proof).` :
    "No zero of the pseudo-gradient was found in the region, so there are no distances.";
}
