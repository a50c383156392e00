// Listens for everything that goes wrong while a page is open: messages of the browser, errors of
// scripts, requests that fail, and whatever the page's Content-Security-Policy refused.

// Starts to listen; call it before the page is opened. The list it returns grows as faults happen.
// A missing address is allowed to be missing: it is how the 404 page is shown.
export const listen = async (page, { missing = null } = {}) => {
  const faults = [];
  page.on("console", (message) => {
    const from = message.location()?.url ?? "";
    if (["error", "warn", "assert"].includes(message.type()) && from !== missing) {
      faults.push(`console ${message.type()}: ${message.text()} (${from})`);
    }
  });
  page.on("pageerror", (error) => faults.push(`script error: ${error.message ?? error}`));
  page.on("requestfailed", (request) => {
    faults.push(`request failed: ${request.url()} (${request.failure()?.errorText})`);
  });
  page.on("response", (response) => {
    if (response.status() >= 400 && response.url() !== missing) {
      faults.push(`request answered with ${response.status()}: ${response.url()}`);
    }
  });
  await page.evaluateOnNewDocument(() => {
    window.refusedByPolicy = [];
    document.addEventListener("securitypolicyviolation", (event) => {
      window.refusedByPolicy.push(`${event.effectiveDirective} refused ${event.blockedURI}`);
    });
  });
  return faults;
};

// What the policy refused in the page that is open now.
export const refused = (page) =>
  page.evaluate(() => window.refusedByPolicy ?? ["nobody listened to the policy"]);
