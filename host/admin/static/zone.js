// The browser's time zone, so that the server writes times as this person reads them.
document.cookie =
  "crmhost_zone=" + Intl.DateTimeFormat().resolvedOptions().timeZone + "; path=/; max-age=31536000; samesite=lax";
