// Suggestions below a search field: the "combobox with listbox popup" of the WAI-ARIA Authoring Practices
// (https://www.w3.org/WAI/ARIA/apg/patterns/combobox/). Without this script the field is a plain form.

const PAUSE = 120; // ms without a key before the server is asked

for (const input of document.querySelectorAll("input[data-suggest]")) enhance(input);

function enhance(input) {
  const list = document.createElement("ul");
  list.id = `${input.id}-list`;
  list.className = "suggestions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.dataset.list);
  list.hidden = true;
  const status = document.createElement("p");
  status.className = "unseen";
  status.setAttribute("role", "status");
  input.after(list, status);
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "false");

  let timer = 0;
  let asked = 0;
  let active = -1;

  const options = () => [...list.children];

  function close() {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    activate(-1);
  }

  function activate(index) {
    active = index;
    options().forEach((option, at) => option.setAttribute("aria-selected", String(at === index)));
    if (index < 0) {
      input.removeAttribute("aria-activedescendant");
    } else {
      input.setAttribute("aria-activedescendant", options()[index].id);
      options()[index].scrollIntoView({ block: "nearest" });
    }
  }

  async function ask() {
    const words = input.value.trim();
    const turn = ++asked;
    if (words.length < 2) {
      status.textContent = "";
      return close();
    }
    const address = new URL(input.dataset.suggest, location.href);
    address.searchParams.set("q", words);
    const response = await fetch(address);
    if (!response.ok || turn !== asked) return; // an older answer never replaces a newer one
    const found = await response.json();
    if (turn !== asked) return;
    list.replaceChildren(...found.suggestions.map(option));
    status.textContent = found.status;
    list.hidden = found.suggestions.length === 0;
    input.setAttribute("aria-expanded", String(!list.hidden));
    activate(-1);
  }

  function option(suggestion, index) {
    const item = document.createElement("li");
    item.id = `${list.id}-${index}`;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    item.dataset.href = suggestion.href;
    const label = document.createElement("span");
    label.textContent = suggestion.label;
    const kind = document.createElement("small");
    kind.textContent = suggestion.kind;
    item.append(label, " ", kind);
    item.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus
    item.addEventListener("click", () => location.assign(suggestion.href));
    return item;
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    const count = list.hidden ? 0 : options().length;
    if (event.key === "ArrowDown" && count) {
      activate((active + 1) % count);
    } else if (event.key === "ArrowDown" && !count) {
      ask();
    } else if (event.key === "ArrowUp" && count) {
      activate(active <= 0 ? count - 1 : active - 1);
    } else if (event.key === "Enter" && count && active >= 0) {
      location.assign(options()[active].dataset.href);
    } else if (event.key === "Escape" && count) {
      close();
    } else {
      return;
    }
    event.preventDefault();
  });
}
