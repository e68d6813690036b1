// What of a page does not fit: what is wider than the window, text that is cut off or runs out of its box, and on a
// phone what is too small for a thumb. Each is told in words; an empty list is a page that fits.
(phone) => {
  const wrong = [];
  const root = document.documentElement;
  const edge = root.clientWidth;
  const THUMB = 24; // WCAG 2.2, 2.5.8
  const told = (element) => `${element.outerHTML.slice(0, element.outerHTML.indexOf(">") + 1)} ${element.textContent.trim().slice(0, 60)}`;
  const shown = (element) => element.checkVisibility({ visibilityProperty: true }) && !element.closest(".unseen, .skip, svg, thead");
  const scrolls = (element) => /auto|scroll/.test(getComputedStyle(element).overflowX);
  const inScrolling = (element) => {
    for (let one = element; one; one = one.parentElement) if (scrolls(one)) return true;
    return false;
  };
  const ownText = (element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  const ruler = document.createElement("canvas").getContext("2d");
  const wide = (text, style) => {
    ruler.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    return ruler.measureText(text).width;
  };
  const room = (style, element) => element.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);

  if (root.scrollWidth > edge) wrong.push(`the page is ${root.scrollWidth - edge} pixels too wide`);
  for (const element of document.body.querySelectorAll("*")) {
    if (!shown(element)) continue;
    const box = element.getBoundingClientRect();
    const style = getComputedStyle(element);
    if (!inScrolling(element)) {
      if (box.right > edge + 1 || box.left < -1) wrong.push(`beyond the edge: ${told(element)}`);
      const whole = style.textOverflow === "ellipsis" && element.title === element.innerText;
      if (style.display !== "inline" && !whole && element.scrollWidth > element.clientWidth + 1) wrong.push(`cut off, or out of its box: ${told(element)}`);
    }
    if (/hidden|clip/.test(style.overflowY) && ownText(element) && element.scrollHeight > element.clientHeight + 1)
      wrong.push(`cut off at its foot: ${told(element)}`);
    if (element.matches("input") && wide(element.value || element.placeholder, style) > room(style, element) + 1 && !element.value)
      wrong.push(`no room for what it suggests: ${element.placeholder}`);
    if (element.matches("select") && wide(element.selectedOptions[0]?.label ?? "", style) > room(style, element) + 1)
      wrong.push(`no room for what is chosen: ${element.name} ${element.selectedOptions[0].label}`);
    if (phone && element.matches("a[href], button, input:not([type=hidden]), select, textarea, summary")) {
      const label = element.labels?.[0]?.getBoundingClientRect() ?? box;
      const high = Math.max(box.height, label.height);
      // A link within a sentence is as high as its line.
      const inSentence = style.display === "inline" && ownText(element.parentElement);
      if (!inSentence && (high < THUMB || Math.max(box.width, label.width) < THUMB))
        wrong.push(`too small for a thumb, ${Math.round(box.width)} by ${Math.round(high)}: ${told(element)}`);
    }
  }
  return wrong;
}
