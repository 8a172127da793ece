"""The style sheet and the script of a page with a diagram."""

from __future__ import annotations

_HUES = (212, 145, 28, 280, 350, 180, 52, 235)


def _colours(lightness: int, saturation: int) -> str:
    return "".join(f".g{n}{{--head:hsl({hue} {saturation}% {lightness}%)}}" for n, hue in enumerate(_HUES))


STYLE = (
    ":root{color-scheme:light dark;--page:#fff;--box:#fff;--line:#8a94a3;--text:#1c2128;--faint:#5b6573;"
    "--key:#8a5a00;--edge:#5d6776;--on:#0b62d6;--enum:#fdf7e6}"
    + _colours(90, 55)
    + "@media(prefers-color-scheme:dark){:root{--page:#15181d;--box:#1d2127;--line:#566070;--text:#e6e9ee;"
    "--faint:#9aa5b4;--key:#e0b050;--edge:#8b95a5;--on:#6cb0ff;--enum:#2b2718}" + _colours(27, 35) + "}"
    """
*{box-sizing:border-box}
body{margin:0;height:100vh;display:grid;grid-template:auto 1fr/minmax(9rem,15rem) 1fr;background:var(--page);
color:var(--text);font:14px/1.4 system-ui,sans-serif}
header{grid-column:1/3;display:flex;flex-wrap:wrap;gap:.4rem 1.2rem;align-items:center;padding:.5rem 1rem;
border-bottom:1px solid var(--line)}
h1{font-size:1.1rem;margin:0}header p{margin:0;color:var(--faint)}
input,button{font:inherit;color:inherit;background:var(--box);border:1px solid var(--line);border-radius:4px;
padding:.15rem .5rem}
.zoom{display:flex;gap:.2rem}
.legend{display:flex;flex-wrap:wrap;gap:.2rem 1rem;list-style:none;margin:0;padding:0;color:var(--faint)}
.legend li:not(.plain)::before{content:"";display:inline-block;width:.8em;height:.8em;margin-right:.35em;
border:1px solid var(--line);background:var(--head)}
nav{overflow:auto;border-right:1px solid var(--line);padding:.5rem 0}
nav ul{list-style:none;margin:0;padding:0}
nav a{display:block;padding:.1rem 1rem;color:inherit;text-decoration:none;overflow-wrap:anywhere}
nav a:hover,nav a:focus{background:var(--line);color:var(--page)}
main{overflow:auto;cursor:grab}
svg{display:block}
text{fill:var(--text);font:12px ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace;white-space:pre}
.name{font:600 14px system-ui,sans-serif}.type{fill:var(--faint);text-anchor:end}
.keys{fill:var(--key);font-size:9px;letter-spacing:-.2px}.primary{font-weight:700}
.box{fill:var(--box);stroke:var(--line)}.head{fill:var(--head)}
.enum .box{fill:var(--enum)}.enum .name{font-style:italic}
.external .box,.outside .box{stroke-dasharray:5 4}.external .head,.outside .head{fill:none}
.view .name{font-style:italic}
.link path,.link circle,.use{fill:none;stroke:var(--edge);stroke-width:1.2}
.link circle{fill:var(--page)}.link .wide{stroke:transparent;stroke-width:11}
.stub>path{stroke-dasharray:5 4}.use{stroke-dasharray:1 4;stroke-linecap:round}
.entity{cursor:pointer;outline-offset:3px}.entity:focus{outline:2px solid var(--on)}
.near .entity:not(.on),.near .link:not(.on),.near .use:not(.on),.near .enum:not(.on),.miss{opacity:.18}
.link.on path:not(.wide),.link.on circle,.link:hover path:not(.wide){stroke:var(--on);stroke-width:2}
.entity.on .box{stroke:var(--on)}
li.miss{display:none}
@media(max-width:50rem){body{grid-template:auto 1fr/1fr}header{grid-column:1}nav{display:none}}
@media print{nav,label,.zoom{display:none}body{display:block}main{overflow:visible}}
"""
)

SCRIPT = """
const svg = document.getElementById("erd"), view = document.getElementById("view");
const entities = [...svg.querySelectorAll(".entity")], lines = [...svg.querySelectorAll("[data-a]")];
const items = [...document.querySelectorAll("nav li")];
const width = svg.viewBox.baseVal.width, height = svg.viewBox.baseVal.height;
let scale = 1, pinned = null;
function zoom(to) {
  const x = (view.scrollLeft + view.clientWidth / 2) / scale, y = (view.scrollTop + view.clientHeight / 2) / scale;
  scale = Math.min(4, Math.max(0.05, to));
  svg.setAttribute("width", width * scale);
  svg.setAttribute("height", height * scale);
  view.scrollTo(x * scale - view.clientWidth / 2, y * scale - view.clientHeight / 2);
}
function fit() { zoom(Math.max(0.3, Math.min(1, view.clientWidth / width))); }
function show(entity) {
  svg.classList.toggle("near", entity !== null);
  const near = new Set(entity ? [entity.id] : []);
  for (const line of lines) {
    const on = entity !== null && (line.dataset.a === entity.id || line.dataset.b === entity.id);
    line.classList.toggle("on", on);
    if (on) { near.add(line.dataset.a); near.add(line.dataset.b); }
  }
  for (const other of entities) other.classList.toggle("on", near.has(other.id));
}
for (const entity of entities) {
  entity.addEventListener("mouseenter", () => { if (!pinned) show(entity); });
  entity.addEventListener("mouseleave", () => { if (!pinned) show(null); });
  entity.addEventListener("focus", () => { if (!pinned) show(entity); });
  entity.addEventListener("blur", () => { if (!pinned) show(null); });
  entity.addEventListener("click", () => { pinned = pinned === entity ? null : entity; show(pinned || entity); });
}
document.addEventListener("keydown", event => { if (event.key === "Escape") { pinned = null; show(null); } });
document.querySelector("nav").addEventListener("click", event => {
  const link = event.target.closest("a");
  if (!link) return;
  event.preventDefault();
  const entity = document.getElementById(link.hash.slice(1)), box = entity.getBoundingClientRect();
  const here = view.getBoundingClientRect();
  view.scrollBy({left: box.x + box.width / 2 - here.x - here.width / 2,
                 top: box.y + box.height / 2 - here.y - here.height / 2, behavior: "smooth"});
  pinned = entity;
  show(entity);
});
document.getElementById("find").addEventListener("input", event => {
  const words = event.target.value.toLowerCase().split(/\\s+/).filter(Boolean);
  entities.forEach((entity, number) => {
    const miss = !words.every(word => entity.dataset.find.includes(word));
    entity.classList.toggle("miss", miss);
    items[number].classList.toggle("miss", miss);
  });
});
document.getElementById("in").addEventListener("click", () => zoom(scale * 1.25));
document.getElementById("out").addEventListener("click", () => zoom(scale / 1.25));
document.getElementById("fit").addEventListener("click", fit);
view.addEventListener("wheel", event => {
  if (!event.ctrlKey && !event.metaKey) return;
  event.preventDefault();
  zoom(scale * (event.deltaY < 0 ? 1.1 : 1 / 1.1));
}, {passive: false});
let from = null;
view.addEventListener("pointerdown", event => {
  if (event.button || event.target.closest(".entity")) return;
  from = [event.clientX + view.scrollLeft, event.clientY + view.scrollTop];
});
addEventListener("pointermove", event => {
  if (from) view.scrollTo(from[0] - event.clientX, from[1] - event.clientY);
});
addEventListener("pointerup", () => { from = null; });
fit();
"""
