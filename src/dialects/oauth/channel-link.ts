import type { User } from "../../domain/access.ts";
import { DomainError } from "../../domain/errors.ts";
import type { ChannelId } from "../../domain/ids.ts";
import type { Reply, Route } from "../../http/route.ts";
import { serverAddress } from "../../http/server-address.ts";
import {
  beginLink,
  finishLink,
  type Linking,
  linkableChannel,
  unlinkAccount,
} from "../../publish/account-link.ts";
import { html } from "./html.ts";
import { accountLine, form, PageError, page, pageRoute, parameter, type Visit } from "./page.ts";
import { CHANNEL_CALLBACK, CHANNEL_LINK_PAGE } from "./paths.ts";
import type { OAuthDialectServices } from "./services.ts";
import { askToSignIn } from "./sign-in.ts";
import { idOf } from "./wire.ts";

/**
 * Where publishers link their account in a channel: here we are the client of the channel's OAuth. Source: spec page of
 * the callbacks §4.4; the pages are our own.
 */
export function channelLinkRoutes(services: OAuthDialectServices): Route<never>[] {
  return [
    pageRoute(services, "GET", CHANNEL_LINK_PAGE, ask),
    pageRoute(services, "POST", CHANNEL_LINK_PAGE, decide),
    pageRoute(services, "GET", CHANNEL_CALLBACK, finish),
  ];
}

async function ask(visit: Visit): Promise<Reply> {
  const { browser, texts } = visit;
  if (browser.user === undefined) return askToSignIn(visit);
  const linking = linkingOf(visit, browser.user);
  const { channel, account } = await known(linkableChannel(visit.services, linking));
  const path = linkPath(linking);
  const state =
    account === undefined
      ? html`<p>${texts.linkQuestion(channel.name)}</p>`
      : html`<p role="status">${texts.linkedAs(account.name || account.accountId, channel.name)}</p>`;
  const unlink =
    account && html`<button name="decision" value="unlink" class="second">${texts.unlink}</button>`;
  const choices = html`<div class="choices">
<button name="decision" value="link">${account === undefined ? texts.link : texts.linkAnother}</button>
${unlink}
</div>`;
  return page(visit, {
    title: texts.linkTitle(channel.name),
    body: html`${state}
<h2>${texts.linkGoesTo}</h2>
<p>${new URL(channel.authorization.authorizeUrl).host}</p>
${form(browser, path, choices)}
${accountLine(visit, path)}`,
    formTargets: [channel.authorization.authorizeUrl],
  });
}

async function decide(visit: Visit): Promise<Reply> {
  const { browser, fields, services } = visit;
  if (browser.user === undefined) return askToSignIn(visit);
  const linking = linkingOf(visit, browser.user);
  if (fields["decision"] === "link") {
    return { kind: "redirect", location: await known(beginLink(services, linking)) };
  }
  if (fields["decision"] !== "unlink") throw new PageError(400, (texts) => texts.badRequest);
  await unlinkAccount(services, linking);
  return { kind: "redirect", location: linkPath(linking) };
}

async function finish(visit: Visit): Promise<Reply> {
  const { browser, call, services } = visit;
  if (browser.user === undefined) return askToSignIn(visit);
  const linking = linkingOf(visit, browser.user);
  const [code, state] = [parameter(call, "code"), parameter(call, "state")];
  if (code === undefined || state === undefined) throw new PageError(400, (texts) => texts.linkFailed);
  await known(finishLink(services, linking, { code, state }));
  return { kind: "redirect", location: linkPath(linking) };
}

function linkingOf({ call, browser, services }: Visit, { id: userId }: User): Linking {
  const channelId = idOf<ChannelId>(call.params["channel_id"] ?? "");
  const { origin } = serverAddress(call, services.publicUrl);
  const redirectUri = origin + CHANNEL_CALLBACK.replace(":channel_id", String(channelId));
  return { channelId, userId, session: browser.secret, redirectUri };
}

function linkPath({ channelId }: Linking): string {
  return CHANNEL_LINK_PAGE.replace(":channel_id", String(channelId));
}

/** What people are told of a channel that is not theirs to see, and of a link that did not come about. */
async function known<T>(work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    if (error instanceof DomainError && error.code === "not_found") {
      throw new PageError(404, (texts) => texts.noSuchChannel);
    }
    if (error instanceof DomainError && error.code === "authorization_invalid") {
      throw new PageError(400, (texts) => texts.linkFailed);
    }
    throw error;
  });
}
