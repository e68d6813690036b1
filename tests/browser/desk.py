"""An agent's desk: a page like Chatwoot's, with our card in a frame, that says which conversation is open."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Chatwoot</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">
<style>body{margin:0;font:15px system-ui;background:#fff}
header{padding:12px 16px;border-bottom:1px solid #ddd}
iframe{border:0;width:100%;height:calc(100vh - 48px)}</style>
<header>Chatwoot · conversation <b id="open"></b></header>
<iframe id="frame" title="Krayin" src="CARD"></iframe>
<script>
const frame = document.getElementById("frame");
let open = null;
function tell() {
  // As components/widgets/DashboardApp/Frame.vue does: a text, to whoever is in the frame.
  if (open) frame.contentWindow.postMessage(JSON.stringify({event: "appContext", data: open}), "*");
}
function show(account_id, id, contact) {
  document.getElementById("open").textContent = id;
  const conversation = {id, account_id, meta: {sender: contact}};
  open = {conversation, contact, currentAgent: {id: 7, name: "Sam"}};
  tell();
}
frame.addEventListener("load", tell);
window.addEventListener("message", (event) => {
  if (event.data === "chatwoot-dashboard-app:fetch-info") tell();
});
</script></html>"""


def agents_desk(card: str) -> Starlette:
    """Return the page as an application."""

    async def desk(_request: Request) -> HTMLResponse:
        return HTMLResponse(PAGE.replace("CARD", card))

    return Starlette(routes=[Route("/", desk)])
