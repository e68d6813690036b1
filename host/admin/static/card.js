// The card beside a conversation. Chatwoot says which one is open; all that is taken from it are ids, which the
// server checks. Who asks is told by a token kept in this tab: a framed page may have no cookies, nor storage.
const { chatwoot, here } = document.body.dataset;
const card = document.getElementById("card");
const KEPT = "crmhost_card";
let token = "";
let open = null;

const kept = (work) => {
  try {
    return work(window.sessionStorage);
  } catch {
    return null; // blocked: the token lives as long as the page
  }
};
token = kept((storage) => storage.getItem(KEPT)) || "";

function keep(value) {
  token = value;
  kept((storage) => (value ? storage.setItem(KEPT, value) : storage.removeItem(KEPT)));
}

async function ask(what, fields) {
  const asked = open;
  const late = () => asked !== open; // another conversation was opened meanwhile
  card.setAttribute("aria-busy", "true");
  card.inert = true; // nothing is pressed twice
  const headers = { "X-Time-Zone": Intl.DateTimeFormat().resolvedOptions().timeZone };
  if (token) headers.Authorization = "Bearer " + token;
  try {
    const body = new URLSearchParams({ ...open, ...fields });
    const answer = await fetch(`${here}/${what}`, { method: "POST", body, headers, credentials: "omit" });
    const said = await answer.text();
    if (!answer.ok) throw new Error(answer.status);
    if (late()) return;
    card.innerHTML = said;
  } catch {
    if (late()) return;
    card.replaceChildren(document.getElementById("failed").content.cloneNode(true));
  } finally {
    if (!late()) {
      card.removeAttribute("aria-busy");
      card.inert = false;
    }
  }
  const given = card.querySelector("[data-token]");
  if (given) {
    keep(given.dataset.token);
    await ask("show", {});
  }
}

card.addEventListener("submit", (event) => {
  event.preventDefault();
  const what = event.target.getAttribute("action");
  const fields = Object.fromEntries(new FormData(event.target));
  ask(what, fields).then(() => what === "sign-out" && keep(""));
});

window.addEventListener("message", (event) => {
  if (!chatwoot || event.origin !== chatwoot || event.source !== window.parent) return;
  let said;
  try {
    said = JSON.parse(event.data);
  } catch {
    return;
  }
  if (said?.event !== "appContext") return;
  const { conversation, contact } = said.data ?? {};
  const about = {
    account: String(conversation?.account_id ?? conversation?.messages?.[0]?.account_id ?? ""),
    contact: String(contact?.id ?? conversation?.meta?.sender?.id ?? ""),
    conversation: String(conversation?.id ?? ""),
  };
  if (open && JSON.stringify(open) === JSON.stringify(about)) return;
  open = about;
  card.replaceChildren(); // what is pressed on this card is about whom it shows
  ask("show", {});
});

if (chatwoot && window.parent !== window) window.parent.postMessage("chatwoot-dashboard-app:fetch-info", chatwoot);
