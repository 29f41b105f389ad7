// Choosing what a copy leaves out: all that is personal, or nothing.
const boxes = [...document.querySelectorAll("input[name=field]")];
for (const button of document.querySelectorAll("[data-preset]")) button.addEventListener("click", () => {
  for (const box of boxes) box.checked = button.dataset.preset === "personal" && "personal" in box.dataset;
});
