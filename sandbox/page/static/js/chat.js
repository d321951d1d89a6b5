// What the page knows of one chat, whichever it is; `platform` has what differs between Slack and Teams.

const FIRST = "vpn";

export function makeChat(platform) {
  return { ...platform, me: null, places: [], messages: new Map(), names: {}, unread: new Map(), current: null, modal: null, view: null, atHome: false };
}

export const place = (chat) => chat.places.find((one) => one.id === chat.current);
export const shownMessages = (chat) => chat.messages.get(chat.current) ?? [];
// Whether the Home of the app's own conversation is shown, and not its messages.
export const homeShown = (chat) => chat.atHome && (chat.home?.has(place(chat)) ?? false);
export const unreadIn = (chat) => [...chat.unread.values()].reduce((sum, count) => sum + count, 0);

// Somebody's screen from the beginning. Whoever one becomes, one stays in the same conversation if they are in it.
export function load(chat, told) {
  const [before, same] = [place(chat), chat.me === told.me];
  chat.me = told.me;
  chat.messages = new Map(Object.entries(told.messages));
  chat.names = told.names ?? {};
  chat.modal = told.modal ?? null;
  chat.view = told.home ?? null;
  if (!same) chat.unread.clear();
  list(chat, told.places, before?.direct && !same ? (one) => one.direct : (one) => one.id === before?.id);
}

// Which conversations there are now.
export function list(chat, places, stays = (one) => one.id === chat.current) {
  chat.places = places;
  const next = places.find(stays) ?? places.find((one) => one.name === FIRST) ?? places[0];
  chat.current = next?.id ?? null;
}

// Put a message where it belongs; tells whether it is new.
export function take(chat, told) {
  const messages = chat.messages.get(told.place) ?? [];
  const index = messages.findIndex((one) => one.id === told.id);
  if (index < 0) messages.push(told);
  else messages[index] = told;
  chat.messages.set(told.place, messages);
  return index < 0;
}

export function forget(chat, told) {
  const messages = chat.messages.get(told.place) ?? [];
  chat.messages.set(told.place, messages.filter((one) => one.id !== told.id));
}
