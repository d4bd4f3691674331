"""The style sheet of the HTML report: light, dark, narrow and printed pages; nothing is loaded."""

CSS = """
:root { color-scheme: light dark; --page: #ffffff; --ink: #1b1b1b; --soft: #55595f; --line: #d0d4d9;
  --panel: #f5f6f8; --link: #00518a; --good: #006b4e; --warn: #8a4b00; --bad: #a63a00; }
@media (prefers-color-scheme: dark) { :root { --page: #14161a; --ink: #e8e8e8; --soft: #a9afb8;
  --line: #3a3f47; --panel: #1d2026; --link: #7cc4ff; --good: #3ecfa3; --warn: #f0b45c;
  --bad: #ff8f5c; } }
* { box-sizing: border-box; }
html { background: var(--page); color: var(--ink); -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; max-width: 62rem; padding: 0 1rem 3rem;
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; }
h1, h2, h3 { line-height: 1.2; overflow-wrap: anywhere; }
h1 { font-size: 1.7rem; margin: .3rem 0; }
h2 { font-size: 1.25rem; margin: 2.2rem 0 .7rem; border-bottom: 1px solid var(--line);
  padding-bottom: .3rem; }
h3 { font-size: 1rem; margin: 0 0 .4rem; }
p, li, dd, td, th, figcaption { overflow-wrap: anywhere; }
a { color: var(--link); }
a:focus-visible, [tabindex]:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.skip { position: absolute; left: -999rem; }
.skip:focus { position: static; display: inline-block; padding: .5rem; }
header { padding-top: 1.2rem; }
.badge { display: inline-block; border: 2px solid currentColor; border-radius: .4rem;
  padding: .1rem .6rem; font-weight: 700; letter-spacing: .04em; }
.good { color: var(--good); } .warn { color: var(--warn); } .bad { color: var(--bad); }
.lead { font-size: 1.1rem; }
.soft, figcaption { color: var(--soft); }
nav ul { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; }
nav a { display: inline-block; padding: .25rem 0; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .35rem .8rem .35rem 0;
  border-bottom: 1px solid var(--line); font-variant-numeric: tabular-nums; }
tbody th { font-weight: 600; min-width: 9rem; width: 26%; }
thead th { color: var(--soft); font-weight: 600; }
.scroll { overflow-x: auto; max-width: 100%; }
.scroll table { width: auto; } .scroll th, .scroll td { text-align: right; overflow-wrap: normal; }
pre, code { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace;
  font-size: .92em; }
pre { background: var(--panel); border: 1px solid var(--line); border-radius: .4rem;
  padding: .7rem .9rem; white-space: pre-wrap; overflow-wrap: anywhere; }
code { overflow-wrap: anywhere; }
.pictures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 25rem), 1fr));
  gap: 1.2rem; }
figure { margin: 0; padding: .9rem; border: 1px solid var(--line); border-radius: .4rem; }
figure svg { display: block; width: 100%; height: auto; }
figcaption { font-size: .92rem; margin-top: .5rem; }
footer { margin-top: 3rem; color: var(--soft); font-size: .92rem; }
@media (max-width: 36rem) {
  .rows thead { position: absolute; left: -999rem; }
  .rows tr { display: block; padding: .4rem 0; border-bottom: 1px solid var(--line); }
  .rows th, .rows td { display: block; width: auto; border: 0; padding: .05rem 0; }
  figure { padding: .5rem; }
}
@media print {
  :root { --page: #fff; --ink: #000; --soft: #444; --line: #bbb; --panel: #fff; --link: #000;
    --good: #006b4e; --warn: #8a4b00; --bad: #a63a00; }
  nav, .skip { display: none; }
  body { max-width: none; padding: 0; font-size: 10.5pt; }
  h2 { break-after: avoid; } figure, tr { break-inside: avoid; }
  .pictures { grid-template-columns: 1fr 1fr; }
}
@page { margin: 18mm; }
"""
