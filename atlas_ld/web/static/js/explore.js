// The query builder: each line offers the tests and the values that suit its field. Without this script they follow
// when a condition is added.

const tests = document.getElementById("tests").content;

for (const field of document.querySelectorAll(".builder select[name=field]")) {
  field.addEventListener("change", () => suit(field));
}

function suit(field) {
  const line = field.closest(".condition");
  const test = line.querySelector("select[name=test]");
  const value = line.querySelector("input[name=value]");
  const { kind, list } = field.selectedOptions[0].dataset;
  if (!kind) return;
  const before = test.value;
  test.replaceChildren(...tests.querySelector(`[data-kind=${kind}]`).cloneNode(true).children);
  test.selectedIndex = 0;
  if ([...test.options].some((option) => option.value === before)) test.value = before;
  if (list) value.setAttribute("list", list);
  else value.removeAttribute("list");
}
