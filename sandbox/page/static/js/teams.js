// Teams: mentions, Adaptive Cards with forms in them, files that one has to let in.

import { post } from "./api.js";
import { card, headed, readable } from "./cards.js";
import { h, icon, ICONS, size } from "./dom.js";

const SETTLED = { accepted: "You let it into your files.", declined: "You declined this file." };

function offer(message, one, answer) {
  const button = (label, style, accept) => {
    const made = h("button", { type: "button", class: `button ${style}`, data: { key: `${label} ${one.name}` } }, label);
    made.addEventListener("click", async () => {
      made.setAttribute("aria-busy", "true");
      await answer(one, accept);
      made.removeAttribute("aria-busy");
    });
    return made;
  };
  return h(
    "section",
    { class: "offer", "aria-label": `File ${one.name}` },
    h("p", { class: "offer-name" }, icon(ICONS.file), h("strong", {}, one.name), h("small", {}, size(one.size))),
    one.about && one.about !== one.name ? h("p", {}, one.about) : null,
    one.settled
      ? h("p", { class: "quiet" }, SETTLED[one.settled] ?? one.settled)
      : h("div", { class: "actions" }, button("Allow", "primary", true), button("Decline", "", false)),
  );
}

const written = (parts) => parts.map((part) => (part.mention ? h("span", { class: "mention" }, part.text) : part.text));

// `acts` has attempt(work) and me(), the short name of whom one is.
export function teams(acts) {
  const send = (path, rest) => acts.attempt(() => post(`/page/teams/${path}`, { as: acts.me(), ...rest }));
  const where = (message) => ({ place: message.place, id: message.id });

  return {
    kind: "teams",
    title: "Teams",
    sections(places) {
      const names = [...new Set(places.filter((place) => place.team).map((place) => place.team))];
      const chats = { title: "Chat", places: places.filter((place) => !place.team).sort((a, b) => b.direct - a.direct) };
      return [chats, ...names.map((team) => ({ title: team, mark: team[0], places: places.filter((place) => place.team === team) }))];
    },
    sign: (place) => icon(place.team ? ICONS.channel : ICONS.group),
    heading: (place) => [place.direct ? "Deskside" : place.name],
    topic: (place) => (place.direct ? "Your chat with the app" : [place.archived && "Archived", place.team, place.topic].filter(Boolean).join(" · ")),
    about: (place) => ({
      title: place.direct ? "Your chat with Deskside" : place.team ? `A new beginning in ${place.team}, ${place.name}` : `A new beginning in ${place.name}`,
      text: place.direct
        ? "Say what you need; answers, forms and files for you alone come here."
        : place.app ? "Say what you need; what is for you alone comes in your own chat with Deskside." : "Deskside is not in this team, and hears nothing that is said here.",
      tries: place.app,
    }),
    // What can become of a channel, and who makes it so: an app is in a whole team.
    fates(place) {
      if (!place.team) return [];
      const become = (action) => () => send("place", { place: place.id, action });
      return [
        place.archived ? [`Take ${place.name} out of the archive`, become("restore")] : [`Archive ${place.name}`, become("archive")],
        place.app ? [`Remove Deskside from ${place.team}`, become("remove")] : [`Add Deskside to ${place.team}`, become("add")],
      ];
    },
    composer: (place) => ({
      placeholder: place.archived ? `${place.name} is archived: nobody can write here` : place.direct ? "Message Deskside" : `Post in ${place.name}`,
      closed: place.archived,
      mention: place.app && !place.direct && !place.archived ? "@Deskside" : "",
      slash: false,
      hint: place.app
        ? ["Type a command · ", h("kbd", {}, "Tab"), " completes · ", h("kbd", {}, "Enter"), place.direct ? " sends" : " sends, and Deskside is mentioned for you"]
        : ["Deskside is not in this team: ", h("kbd", {}, "Enter"), " tells those who are"],
    }),
    isCard: (message) => headed(message.card),
    says: (message) => message.summary || message.parts.map((part) => part.text).join("") || readable(message.card),
    body(message) {
      const execute = (action, values) => send("press", { ...where(message), title: action.title, data: action.data ?? {}, values });
      const answer = (one, accept) => send("file", { ...where(message), accept });
      return [
        message.parts.length ? h("p", { class: "plain" }, written(message.parts)) : null,
        message.card ? card(message.card, { execute }) : null,
        message.offers.map((one) => offer(message, one, answer)),
      ].flat();
    },
    say: (place, text) => send("say", { place, text }),
  };
}
