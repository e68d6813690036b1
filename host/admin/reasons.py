"""The commonest reasons that the host writes, with holes where something stands in them: to be translated.

They are written in English where they arise, which knows no language, and read here by whoever has one
(``heard.translated``). The plugins' own are in the plugins' catalogues.
"""

from __future__ import annotations

from .words import N_

REASONS = (
    N_("The CRM may still be carrying out an earlier request."),
    N_("Calls to the CRM must wait: %(allowed)s are allowed."),
    N_("Redis is away, and calls cannot be counted."),
    N_("Another contact's delivery is just finding or making the same customer."),
    N_("It goes on by itself."),
    N_("Start Redis; nothing is lost meanwhile."),
    N_("Given up after %(hours)s hours: %(reason)s"),
    N_("The plugin %(plugin)s failed: %(error)s"),
    N_("Report it to the plugin's authors; then replay."),
    N_("Nothing answers at %(address)s (%(error)s)"),
    N_("%(call)s got no whole answer (%(error)s)"),
    N_("See whether it is up, its address right, and the network between here and there open."),
    N_("Contact %(id)s is gone in Chatwoot: merged into another, or deleted."),
    N_("A newer state had been applied before."),
    N_("Delivery %(id)s brought a newer state."),
    N_("Delivery %(id)s brought its contact into the CRM."),
    N_("%(newer)s brought a newer state, which this one would overwrite."),
    N_("Delivery %(number)d"),
    N_("A delivery"),
    N_("It is %(state)s, not dead."),
    N_("What it said is no longer kept."),
    N_("The same webhook came again and was taken."),
    N_("There is no such delivery."),
    N_("A person had it tried again."),
    N_("Paused by hand."),
    N_("Go on with the button, or: crmhost resume %(id)s"),
    N_("Go on with: crmhost resume %(id)s"),
    N_("No rule in the settings is about what changed."),
    N_("The plugin does not handle this event."),
    N_("Chatwoot is away: %(error)s"),
    N_("Chatwoot has had too many requests of this host."),
    N_("Chatwoot is not to be had: %(call)s was answered %(status)s by what is not its API."),
    N_("See whether Chatwoot is up, and what stands in front of it."),
    N_("Is this Chatwoot newer than crmhost knows? Update crmhost; report it where that is no help."),
    N_("Chatwoot refuses crmhost's token at %(call)s."),
    N_("Give the token of an administrator: crmhost set CONNECTION --chatwoot-token @file."),
    N_("Connection %(id)s has no token of Chatwoot's."),
    N_("This customer is being worked just now."),
    N_("Try again in a moment."),
    N_("Nothing was heard of this customer yet."),
    N_("They come with their next message."),
    N_("This is another account of Chatwoot's."),
    N_("Chatwoot did not say which conversation is open."),
    # What the doctor finds
    N_("This machine and the database agree."),
    N_("The database's is %(seconds)s s from this machine's."),
    N_("schema %(version)s, the newest"),
    N_("%(folder)s, %(room)s MiB left"),
    N_("Make room: what cannot be stored is refused, and Chatwoot sends it once."),
    N_("%(name)s answers."),
    N_("It keeps what it has in a file."),
    N_("It forgets all when it is restarted."),
    N_("CONFIG SET appendonly yes; nothing is lost without, but calls of the minute are counted anew."),
    N_("%(plugin)s, account %(account)s: working"),
    N_("asked, and content with %(count)s things"),
    N_("%(address)s: crmhost answers there."),
    N_("Something else than crmhost answers at %(address)s."),
    N_("Let the proxy there pass everything on to crmhost serve."),
    N_("CRMHOST_BASE_URL is not set; %(address)s stands in for it."),
    N_("Set it to the address at which Chatwoot reaches this host."),
    N_("%(host)s is in a private network: Chatwoot 4.14.0 and newer posts to none."),
    N_(
        "If nothing arrives: SAFE_FETCH_ALLOW_PRIVATE_NETWORK=true for Chatwoot's rails and sidekiq (4.14.1 "
        "and newer), or a public name for crmhost (docs/howto/private-network.md)."
    ),
    N_("Webhooks are refused, %(count)s so far: %(how)s."),
    N_("signed with another secret than the one kept here"),
    N_("signed with the right secret, over a body that was written anew on its way"),
    N_("signed over the body alone, without the timestamp"),
    N_("signed more than five minutes before, or after, this machine's clock"),
    N_("signed, and no secret is known here"),
    N_("not signed"),
    N_(
        "Each webhook has a secret of its own. Give the one that Chatwoot shows for this one: crmhost secret "
        "%(id)s. Or have it fetched: crmhost set %(again)s --chatwoot-token @file."
    ),
    N_(
        "Let the proxy pass bodies on as they are: no filter or firewall that rewrites JSON "
        "(docs/howto/proxy.md)."
    ),
    N_("What Chatwoot never delivered is not found: %(why)s"),
    N_("No webhook has arrived yet."),
    N_("Send a message in Chatwoot. If nothing comes: is the webhook there, and its address right?"),
    N_("There is none yet."),
)
