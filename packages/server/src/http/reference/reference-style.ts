/** The reference page's style: the web app's colours, in the scheme that the reader's system asks for. */
export const referenceStyle = `
:root {
  color-scheme: light dark;
  --ground: #fbfaf7; --raised: #ffffff; --text: #1f2423; --dim: #5d6664; --line: #e4e2db; --code: #f1efe8;
  --accent: #126169; --get: #126169; --post: #1d6b45; --patch: #8a4b00; --put: #8a4b00; --delete: #b3261e;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #171a1a; --raised: #1d2121; --text: #dde0de; --dim: #9da5a2; --line: #2f3535; --code: #272d2d;
    --accent: #7cb7bd; --get: #7cb7bd; --post: #7fcfa3; --patch: #f0b35e; --put: #f0b35e; --delete: #ff9d94;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 1.5rem; scroll-behavior: smooth; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
body {
  margin: 0; display: grid; grid-template-columns: 18rem minmax(0, 1fr); background: var(--ground); color: var(--text);
  font: 1rem/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif;
}
a { color: var(--accent); text-underline-offset: 0.2em; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 0.2rem; }
code { font: 0.875em/1.5 ui-monospace, "Cascadia Code", Menlo, Consolas, "Liberation Mono", monospace; }
p code, td code, li code { background: var(--code); padding: 0.1em 0.35em; border-radius: 0.3em; }
nav {
  position: sticky; top: 0; align-self: start; height: 100vh; overflow-y: auto; padding: 1.5rem 1.25rem 3rem;
  border-right: 1px solid var(--line); font-size: 0.9rem;
}
nav .home { font-weight: 700; font-size: 1.05rem; color: var(--text); text-decoration: none; }
nav .home span { font-weight: 400; color: var(--dim); }
nav h2 { margin: 1.5rem 0 0.25rem; font-size: 0.8rem; font-weight: 600; color: var(--dim); }
nav h2::first-letter, main h2::first-letter { text-transform: uppercase; }
nav ul { list-style: none; margin: 0; padding: 0; }
nav li a { display: flex; justify-content: space-between; gap: 0.75rem; padding: 0.2rem 0; color: inherit; text-decoration: none; }
nav li a:hover { color: var(--accent); }
main { width: 100%; max-width: 54rem; padding: 2.5rem 3rem 6rem; }
h1, h2, h3 { line-height: 1.25; text-wrap: balance; }
h1, main h2 { font-family: Charter, "Bitstream Charter", "Iowan Old Style", "Sitka Text", Cambria, Georgia, "Liberation Serif", serif; }
h1 { margin: 0 0 1rem; font-size: 2.2rem; }
main h2 { margin: 3.5rem 0 1rem; font-size: 1.6rem; }
h3 { margin: 0 0 0.35rem; font-size: 1.15rem; }
h4 { margin: 1.4rem 0 0.3rem; font-size: 0.9rem; }
p { margin: 0.4rem 0; max-width: 44rem; }
.lead { color: var(--dim); }
article {
  margin: 0 0 1.25rem; padding: 1.4rem 1.6rem; background: var(--raised); border: 1px solid var(--line); border-radius: 0.6rem;
}
article:target { border-color: var(--accent); }
.route { overflow-x: auto; white-space: nowrap; }
.route code { background: none; padding: 0; font-size: 0.95rem; }
.method { font: 600 0.72rem/1.8 ui-monospace, Menlo, Consolas, "Liberation Mono", monospace; letter-spacing: 0.04em; color: var(--dim); }
.route .method { margin-right: 0.4rem; font-size: 0.85rem; }
.method.get { color: var(--get); }
.method.post { color: var(--post); }
.method.put { color: var(--put); }
.method.patch { color: var(--patch); }
.method.delete { color: var(--delete); }
.needs, .media, td i { color: var(--dim); }
.needs strong { color: var(--text); font-weight: 600; }
td i { font-size: 0.85em; }
.table { overflow-x: auto; margin: 0.6rem 0; }
table { width: 100%; border-collapse: collapse; font-size: 0.92rem; }
th { text-align: left; font-weight: 600; color: var(--dim); font-size: 0.82rem; }
th, td { padding: 0.45rem 1rem 0.45rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th:last-child, td:last-child { min-width: 11rem; padding-right: 0; }
tr:last-child > td { border-bottom: 0; }
tr:target { background: var(--code); }
details { margin-top: 1.2rem; }
summary { cursor: pointer; color: var(--dim); font-size: 0.9rem; }
.refusals { margin: 0.5rem 0 0; padding: 0; list-style: none; font-size: 0.9rem; }
.refusals li { padding: 0.15rem 0; }
.refusals b { font-weight: 600; color: var(--dim); margin-right: 0.4rem; }
@media (max-width: 60rem) {
  body { display: block; }
  nav { position: static; height: auto; border-right: 0; border-bottom: 1px solid var(--line); padding-bottom: 1.5rem; }
  main { padding: 2rem 1.25rem 4rem; }
  article { padding: 1.1rem; }
}
`
