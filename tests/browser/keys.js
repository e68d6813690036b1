// What Tab is to reach, in the order of the document; each is numbered, so that it is known again. How many there are.
() => {
  const reached = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
  const there = [...document.querySelectorAll(reached)].filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.disabled);
  there.forEach((one, index) => (one.dataset.key = index));
  return there.length;
}
