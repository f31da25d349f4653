// Draws the component map from plain data. Names are only ever set as text, never as markup.
const SVG = "http://www.w3.org/2000/svg";

function made(name, attributes, parent) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  parent.appendChild(element);
  return element;
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const root = parentElement.querySelector(".plumb-root");
  root.replaceChildren();
  const svg = made("svg", { class: data.dense ? "plumb-map dense" : "plumb-map", viewBox: `0 0 ${data.width} ${data.height + 26}`, role: "group" }, root);
  for (const [name, colour] of Object.entries(data.colours)) svg.style.setProperty(`--${name}`, colour);

  const heads = made("defs", {}, svg);
  for (const kind of Object.keys(data.heads)) {
    const head = made("marker", {
      id: `head-${kind}`, viewBox: "0 0 8 8", refX: 6, refY: 4, markerWidth: 8, markerHeight: 8,
      markerUnits: "userSpaceOnUse", orient: "auto",
    }, heads);
    const fade = kind === "cycle" ? 0.45 : 1;
    made("path", { d: "M0 0.8L7 4L0 7.2z", fill: data.heads[kind], "fill-opacity": fade }, head);
  }

  const near = new Map(data.nodes.map((node) => [node.name, new Set([node.name])]));
  const lines = data.links.map((link) => {
    near.get(link.src).add(link.dst);
    near.get(link.dst).add(link.src);
    const line = made("path", {
      class: `link ${link.kind}${link.still ? " still" : ""}`, d: link.path, style: `--weight: ${link.weight}`,
      "marker-end": link.still ? "" : `url(#head-${link.kind})`,
    }, svg);
    const hit = made("path", { class: "hit", d: link.path }, svg);
    made("title", {}, hit).textContent = link.told;
    hit.addEventListener("click", () => setTriggerValue("picked", { src: link.src, dst: link.dst }));
    hit.addEventListener("mouseenter", () => focus(new Set([link.src, link.dst]), (other) => other === link));
    hit.addEventListener("mouseleave", rest);
    if (data.picked.src === link.src && data.picked.dst === link.dst) line.classList.add("picked");
    return { link, line };
  });

  const circles = data.nodes.map((node) => {
    const group = made("g", {
      class: "node", transform: `translate(${node.x} ${node.y})`, tabindex: 0, role: "button", "aria-label": node.told,
    }, svg);
    made("title", {}, group).textContent = node.told;
    made("circle", { r: node.radius, fill: node.colour }, group);
    made("text", { y: node.radius + 18 }, group).textContent = node.label;
    made("text", { y: node.radius + 34, class: "files" }, group).textContent = node.note;
    const pick = () => setTriggerValue("picked", { component: node.name });
    group.addEventListener("click", pick);
    group.addEventListener("keydown", (event) => { if (event.key === "Enter" || event.key === " ") pick(); });
    group.addEventListener("mouseenter", () =>
      focus(near.get(node.name), (link) => link.src === node.name || link.dst === node.name));
    group.addEventListener("mouseleave", rest);
    if (data.picked.component === node.name) group.classList.add("picked");
    return { node, group };
  });

  const legend = made("g", { class: "legend", transform: `translate(8 ${data.height + 14})` }, svg);
  data.legend.forEach(([kind, words], place) => {
    const entry = made("g", { transform: `translate(${place * 170} 0)` }, legend);
    made("path", { class: `link ${kind}`, d: "M0 0H34", style: "--weight: 0.7" }, entry);
    made("text", { x: 42, y: 4 }, entry).textContent = words;
  });

  function focus(names, keeps) {
    for (const { node, group } of circles) group.classList.toggle("faded", !names.has(node.name));
    for (const { link, line } of lines) {
      line.classList.toggle("faded", !keeps(link));
      line.classList.toggle("lit", names.size < data.nodes.length && keeps(link));
    }
  }

  function rest() {
    const { component: name, src, dst } = data.picked;
    if (near.has(name)) focus(near.get(name), (link) => link.src === name || link.dst === name);
    else if (src && dst) focus(new Set([src, dst]), (link) => link.src === src && link.dst === dst);
    else focus(new Set(near.keys()), () => true);
  }
  rest();
}
