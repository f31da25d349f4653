// Draws the component map from plain data. Names are only ever set as text, never as markup.
const SVG = "http://www.w3.org/2000/svg";

function made(name, attributes, parent) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  parent.appendChild(element);
  return element;
}

// The arrow heads, one a kind of link.
function drawHeads(svg, colours) {
  const heads = made("defs", {}, svg);
  for (const [kind, colour] of Object.entries(colours)) {
    const head = made("marker", {
      id: `head-${kind}`, viewBox: "0 0 8 8", refX: 6, refY: 4, markerWidth: 8, markerHeight: 8,
      markerUnits: "userSpaceOnUse", orient: "auto",
    }, heads);
    const fade = kind === "cycle" ? 0.45 : 1;
    made("path", { d: "M0 0.8L7 4L0 7.2z", fill: colour, "fill-opacity": fade }, head);
  }
}

// Each component's name to the names of those it is linked with, itself included.
function neighbours({ nodes, links }) {
  const near = new Map(nodes.map((node) => [node.name, new Set([node.name])]));
  for (const { src, dst } of links) {
    near.get(src).add(dst);
    near.get(dst).add(src);
  }
  return near;
}

function drawLink(map, link) {
  const line = made("path", {
    class: `link ${link.kind}${link.still ? " still" : ""}`, d: link.path, style: `--weight: ${link.weight}`,
    "marker-end": link.still ? "" : `url(#head-${link.kind})`,
  }, map.svg);
  const hit = made("path", { class: "hit", d: link.path }, map.svg);
  made("title", {}, hit).textContent = link.told;
  hit.addEventListener("click", () => map.pick({ src: link.src, dst: link.dst }));
  hit.addEventListener("mouseenter", () => focus(map, new Set([link.src, link.dst]), (other) => other === link));
  hit.addEventListener("mouseleave", () => rest(map));
  if (map.picked.src === link.src && map.picked.dst === link.dst) line.classList.add("picked");
  return { link, line };
}

function drawNode(map, node) {
  const group = made("g", {
    class: "node", transform: `translate(${node.x} ${node.y})`, tabindex: 0, role: "button", "aria-label": node.told,
  }, map.svg);
  made("title", {}, group).textContent = node.told;
  made("circle", { r: node.radius, fill: node.colour }, group);
  made("text", { y: node.radius + 18 }, group).textContent = node.label;
  made("text", { y: node.radius + 34, class: "files" }, group).textContent = node.note;
  const pick = () => map.pick({ component: node.name });
  group.addEventListener("click", pick);
  group.addEventListener("keydown", (event) => { if (event.key === "Enter" || event.key === " ") pick(); });
  group.addEventListener("mouseenter", () => focusAround(map, node.name));
  group.addEventListener("mouseleave", () => rest(map));
  if (map.picked.component === node.name) group.classList.add("picked");
  return { node, group };
}

function drawLegend(svg, entries, y) {
  const legend = made("g", { class: "legend", transform: `translate(8 ${y})` }, svg);
  entries.forEach(([kind, words], place) => {
    const entry = made("g", { transform: `translate(${place * 170} 0)` }, legend);
    made("path", { class: `link ${kind}`, d: "M0 0H34", style: "--weight: 0.7" }, entry);
    made("text", { x: 42, y: 4 }, entry).textContent = words;
  });
}

// What the colours of the circles mean: dots, then words.
function drawDots(svg, entries, y) {
  const legend = made("g", { class: "legend", transform: `translate(8 ${y})` }, svg);
  let x = 0;
  for (const { colours, words } of entries) {
    for (const colour of colours) {
      made("circle", { cx: x + 7, cy: 0, r: 6, fill: colour }, legend);
      x += 17;
    }
    made("text", { x: x + 5, y: 5 }, legend).textContent = words;
    x += 30 + words.length * 7;
  }
}

// Fades every component but these, and every link that `keeps` does not keep.
function focus(map, names, keeps) {
  for (const { node, group } of map.circles) group.classList.toggle("faded", !names.has(node.name));
  for (const { link, line } of map.lines) {
    line.classList.toggle("faded", !keeps(link));
    line.classList.toggle("lit", names.size < map.circles.length && keeps(link));
  }
}

function focusAround(map, name) {
  focus(map, map.near.get(name), (link) => link.src === name || link.dst === name);
}

// How the map looks while nobody points at it: what was picked stands out.
function rest(map) {
  const { component, src, dst } = map.picked;
  if (map.near.has(component)) focusAround(map, component);
  else if (src && dst) focus(map, new Set([src, dst]), (link) => link.src === src && link.dst === dst);
  else focus(map, new Set(map.near.keys()), () => true);
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".plumb-root");
  root.replaceChildren();
  const svg = made("svg", {
    class: data.dense ? "plumb-map dense" : "plumb-map", viewBox: `0 0 ${data.width} ${data.height + 52}`, role: "group",
  }, root);
  for (const [name, colour] of Object.entries(data.colours)) svg.style.setProperty(`--${name}`, colour);

  drawHeads(svg, data.heads);
  const pick = (what) => setTriggerValue("picked", what);
  const map = { svg, near: neighbours(data), picked: data.picked, pick, lines: [], circles: [] };
  map.lines = data.links.map((link) => drawLink(map, link));
  map.circles = data.nodes.map((node) => drawNode(map, node));
  drawLegend(svg, data.legend, data.height + 14);
  drawDots(svg, data.dots, data.height + 38);
  rest(map);
}
