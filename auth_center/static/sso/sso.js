// What of the sign-on needs a script: passkeys, and printing. Everything else works without.
(function () {
  "use strict";

  // A passkey belongs to a host by name, over a connection that nobody can listen to.
  const byName = !/^[\d.]+$|^\[/.test(location.hostname);
  const offered = byName && window.isSecureContext && "PublicKeyCredential" in window;

  document.addEventListener("DOMContentLoaded", function () {
    for (const part of document.querySelectorAll("[data-passkey]")) {
      part.hidden = (part.dataset.passkey === "offered") !== offered;
    }
    for (const button of document.querySelectorAll("[data-print]")) {
      button.hidden = false;
      button.addEventListener("click", function () { window.print(); });
    }
  });

  // Somebody turned away from the device's question, or it took too long: say so, and stay.
  document.addEventListener("allauth.error", function (event) {
    const place = document.getElementById("passkey-trouble");
    if (place) {
      event.preventDefault();
      place.hidden = false;
    }
  });
})();
