// The query page: the editor of YASGUI in place of the text area, completion from this site's own graph, the error at
// its line, a filter for the examples, a map of results that have places. Without this script the form works alone.

import { drawPoints } from "./points.js";

const ERROR = "error-line"; // a class of sparql.css

const form = document.querySelector("form[data-completions]");
if (form) edit(form);
for (const map of document.querySelectorAll("details[data-points]")) {
  map.addEventListener("toggle", () => drawPoints(map), { once: true });
}
for (const field of document.querySelectorAll("input[data-filter]")) filter(field);

async function edit(form) {
  const area = form.querySelector("textarea");
  const terms = await completions(form.dataset.completions);
  const holder = document.createElement("div");
  holder.className = "editor";
  area.after(holder);
  const submit = () => form.requestSubmit();
  for (const kind of ["class", "property"]) {
    Yasqe.forkAutocompleter(kind, completer(kind, terms), false);
  }
  Yasqe.forkAutocompleter("prefixes", {
    name: "own-prefixes",
    persistenceId: null,
    get: () => Object.entries(terms.prefixes).map(([name, iri]) => `${name}: <${iri}>`),
  }, false);
  const editor = new Yasqe(holder, {
    value: area.value,
    autocompleters: ["own-class", "own-property", "own-prefixes", "variables"],
    persistenceId: null, // nothing is kept in the browser: the address holds the query
    consumeShareLink: null,
    createShareableLink: null,
    showQueryButton: false,
    resizeable: false,
    editorHeight: "auto",
    viewportMargin: Infinity,
    screenReaderLabel: form.querySelector("label[for=query]").textContent,
    // Tab moves on, as everywhere on the page: an editor that keeps it would hold people who use the keyboard alone.
    extraKeys: {
      Tab: false,
      "Shift-Tab": false,
      "Ctrl-Space": (yasqe) => yasqe.autocomplete(),
      "Ctrl-Enter": submit,
      "Cmd-Enter": submit,
      "Ctrl-/": (yasqe) => yasqe.commentLines(),
      "Shift-Ctrl-F": (yasqe) => yasqe.autoformat(),
    },
  });
  area.hidden = true;
  area.required = false; // a hidden field cannot be pointed at; the server says what an empty query is
  form.dataset.ready = "true";
  form.querySelector("label[for=query]").addEventListener("click", () => editor.focus());
  form.addEventListener("submit", () => { area.value = editor.getValue(); });
  if (!form.dataset.line) declare(editor, terms.prefixes); // else the line of the error would move
  const line = Number(form.dataset.line) - 1;
  if (line >= 0 && line < editor.lineCount()) {
    editor.addLineClass(line, "background", ERROR);
    editor.setCursor({ line, ch: Math.max(0, Number(form.dataset.column) - 1) });
    editor.on("change", () => editor.removeLineClass(line, "background", ERROR));
  }
}

// Write the usual prefixes out. The endpoint knows them, but the editor does not, nor does any other endpoint.
function declare(editor, prefixes) {
  const declared = editor.getPrefixesFromQuery();
  const body = editor.getValue().replace(/<[^>]*>|"[^"]*"|#.*/g, " ");
  for (const [, name] of body.matchAll(/(?<![\w:?$@])([A-Za-z][\w-]*):/g)) {
    if (name in prefixes && !(name in declared)) {
      editor.addPrefixes({ [name]: prefixes[name] });
      declared[name] = prefixes[name];
    }
  }
}

async function completions(address) {
  const response = await fetch(address);
  return response.ok ? response.json() : { prefixes: {}, class: [], property: [] };
}

function completer(kind, terms) {
  const shown = new Map(terms[kind].map((term) => [term.short, `${term.short}  ${term.label}`]));
  return {
    name: `own-${kind}`,
    persistenceId: null,
    autoShow: true,
    // By the beginning of the IRI or of its short form, or by any part of its name in the reader's language.
    get: (yasqe, token) => {
      const typed = (token.autocompletionString || token.string || "").trim().replace(/^</, "").toLowerCase();
      return terms[kind]
        .filter((term) => [term.iri, term.short].some((text) => text.toLowerCase().startsWith(typed))
          || (typed.length > 1 && term.label.toLowerCase().includes(typed)))
        .map((term) => term.short);
    },
    postProcessSuggestion: (yasqe, token, short) => short,
    postprocessHints: (yasqe, hints) => hints.map((hint) => ({ ...hint, displayText: shown.get(hint.text) ?? hint.text })),
  };
}

function filter(field) {
  const items = [...document.querySelectorAll(`#${field.dataset.filter} > li`)];
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const texts = items.map((item) => plain(item.textContent));
  const status = document.getElementById(`${field.id}-status`);
  field.closest("[hidden]").hidden = false;
  field.addEventListener("input", () => {
    const words = plain(field.value).split(/\s+/).filter(Boolean);
    items.forEach((item, index) => { item.hidden = !words.every((word) => texts[index].includes(word)); });
    status.textContent = status.dataset.text.replace("#", items.filter((item) => !item.hidden).length);
  });
}
