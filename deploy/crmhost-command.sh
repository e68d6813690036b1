#!/bin/sh
# /usr/local/bin/crmhost: runs a command, for root, as the service runs; see docs/howto/install-systemd.md.
# systemd reads the settings, as it does for the service: a shell reads such a file otherwise.
how=--pipe
if [ -t 0 ] && [ -t 1 ]; then how=--pty; fi
exec systemd-run --quiet --wait --collect "$how" \
  --property=User=crmhost \
  --property=Group=crmhost \
  --property=EnvironmentFile=/etc/crmhost.env \
  --property=Environment=CRMHOST_DATA_DIR=/var/lib/crmhost \
  --property=WorkingDirectory=/var/lib/crmhost \
  --property=UMask=0077 \
  /opt/crmhost/bin/crmhost "$@"
