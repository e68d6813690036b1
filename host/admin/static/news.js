// What came by itself is said where a screen reader listens, once: what is as it was is not said again.
const told = () => document.getElementById("live")?.dataset.news;
let last = told();

document.addEventListener("htmx:afterSettle", () => {
  const now = told();
  if (!now || now === last) return;
  last = now;
  document.getElementById("news").textContent = now;
});
