import { decideDevice, findWaitingDevice, formatUserCode } from "../../access/oauth-devices.ts";
import { commonScope } from "../../access/oauth-scopes.ts";
import type { DeviceAuthorization, OAuthApp, User } from "../../domain/access.ts";
import type { Reply, Route } from "../../http/route.ts";
import { consentOf, describeConsent, recordConsent } from "./consent.ts";
import { html } from "./html.ts";
import { accountLine, form, PageError, page, pageRoute, parameter, type Visit } from "./page.ts";
import { DEVICE_PAGE } from "./paths.ts";
import type { OAuthDialectServices } from "./services.ts";
import { askToSignIn } from "./sign-in.ts";

interface WaitingDevice {
  device: DeviceAuthorization;
  app: OAuthApp;
}

/**
 * The page where a person types the code that a device shows, sees who asks, and decides. A code in the link is only
 * filled in: it must be compared with the device's all the same. Source: spec page §2.3.
 */
export function deviceRoutes(services: OAuthDialectServices): Route<never>[] {
  return [pageRoute(services, "GET", DEVICE_PAGE, ask), pageRoute(services, "POST", DEVICE_PAGE, decide)];
}

async function ask(visit: Visit): Promise<Reply> {
  const { user } = visit.browser;
  if (user === undefined) return askToSignIn(visit);
  const userCode = parameter(visit.call, "user_code") ?? "";
  if (userCode === "") return askForCode(visit);
  const waiting = await findWaiting(visit, user, userCode);
  return waiting === undefined ? askForCode(visit, userCode) : askForDecision(visit, user, waiting);
}

async function decide(visit: Visit): Promise<Reply> {
  const { services, browser, texts, fields } = visit;
  const { user } = browser;
  if (user === undefined) return askToSignIn(visit);
  const { user_code: userCode = "", decision } = fields;
  if (decision !== "allow" && decision !== "deny") throw new PageError(400, (words) => words.badRequest);
  const waiting = await findWaiting(visit, user, userCode);
  if (waiting === undefined) throw new PageError(409, (words) => words.deviceDecided);
  const { scope } = await consentTo(visit, user, waiting);
  const isApproved = decision === "allow";
  if (!(await decideDevice(services, waiting.device, { userId: user.id, isApproved, scope }))) {
    throw new PageError(409, (words) => words.deviceDecided);
  }
  if (isApproved) await recordConsent(visit, user, { action: "POST /device", app: waiting.app, scope });
  return page(visit, {
    title: texts.deviceTitle,
    body: html`<p role="status">${isApproved ? texts.deviceAllowed : texts.deviceDenied}</p>`,
    path: DEVICE_PAGE,
  });
}

function findWaiting(visit: Visit, user: User, userCode: string): Promise<WaitingDevice | undefined> {
  const address = visit.call.clientAddress;
  return findWaitingDevice(visit.services, { userCode, userId: user.id, address });
}

function consentTo({ services }: Visit, user: User, { device, app }: WaitingDevice) {
  return consentOf(services, user, commonScope(device.scope, app.scope));
}

function askForCode(visit: Visit, wrongCode?: string): Reply {
  const { texts } = visit;
  const problem = wrongCode && html`<p role="alert" id="problem">${texts.unknownCode}</p>`;
  const described = wrongCode === undefined ? "hint" : "problem hint";
  return page(visit, {
    title: texts.deviceTitle,
    status: wrongCode === undefined ? 200 : 404,
    body: html`${problem}<p>${texts.deviceHelp}</p>
<form method="get" action="${DEVICE_PAGE}">
<label for="user_code">${texts.deviceCode}</label>
<input id="user_code" name="user_code" value="${wrongCode}" class="code" autocomplete="off" autocapitalize="characters" spellcheck="false" maxlength="20" required autofocus aria-describedby="${described}">
<p id="hint" class="hint">${texts.deviceCodeHint}</p>
<div class="choices"><button>${texts.next}</button></div>
</form>
${accountLine(visit, DEVICE_PAGE)}`,
    path: DEVICE_PAGE,
  });
}

async function askForDecision(visit: Visit, user: User, waiting: WaitingDevice): Promise<Reply> {
  const { texts, browser } = visit;
  const userCode = formatUserCode(waiting.device.userCode);
  const choices = html`<input type="hidden" name="user_code" value="${userCode}">
<div class="choices">
<button name="decision" value="allow">${texts.allow}</button>
<button name="decision" value="deny" class="second">${texts.deny}</button>
</div>`;
  return page(visit, {
    title: texts.consentTitle(waiting.app.name),
    body: html`<p>${texts.consentQuestion(waiting.app.name)}</p>
<p class="code">${userCode}</p>
<p>${texts.deviceWarning}</p>
${describeConsent(visit, user, await consentTo(visit, user, waiting))}
${form(browser, DEVICE_PAGE, choices)}
${accountLine(visit, `${DEVICE_PAGE}?user_code=${userCode}`)}`,
  });
}
