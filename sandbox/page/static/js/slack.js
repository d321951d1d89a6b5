// Slack: slash commands, Block Kit, forms that come as dialogs.

import { post } from "./api.js";
import { blocks, body } from "./blocks.js";
import { h, icon, ICONS } from "./dom.js";
import { ask } from "./modal.js";
import { unescaped } from "./mrkdwn.js";

// `acts` has attempt(work) and me(), the short name of whom one is.
export function slack(acts) {
  const send = (path, rest) => acts.attempt(() => post(`/page/slack/${path}`, { as: acts.me(), ...rest }));

  async function press(path, where, block, element, context) {
    if (element.confirm && !(await ask(element.confirm, context))) return;
    await send(path, { ...where, block: block.block_id, action: element.action_id });
  }
  const drawing = ({ tz, names }, path, where = {}) => {
    const context = { tz, names: (id) => names[id] };
    return { ...context, press: (block, element) => press(path, where, block, element, context) };
  };

  return {
    kind: "slack",
    title: "Slack",
    sections: (places) =>
      [["Channels", false], ["Direct messages", true]].map(([title, direct]) => ({ title, places: places.filter((place) => place.direct === direct) })),
    sign: (place) => (place.private ? icon(ICONS.lock) : h("span", { class: "hash", "aria-hidden": "true" }, "#")),
    heading: (place) => (place.direct ? ["Deskside"] : [place.private ? icon(ICONS.lock) : "#", ` ${place.name}`]),
    topic: (place) => (place.direct ? "Direct messages with the app" : [place.archived && "Archived", place.topic].filter(Boolean).join(" · ")),
    about: (place) => ({
      title: place.direct ? "Your direct messages with Deskside" : `The very beginning of #${place.name}`,
      text: place.app ? "Say what you need; Deskside does it in AWS and keeps you posted here." : "Deskside is not a member here: what it has to say comes to you in direct messages.",
      tries: place.direct || place.app,
    }),
    // What can become of a channel, and who makes it so.
    fates(place) {
      if (place.direct) return [];
      const become = (action) => () => send("place", { place: place.id, action });
      return [
        place.archived ? [`Take #${place.name} out of the archive`, become("restore")] : [`Archive #${place.name}`, become("archive")],
        place.app ? [`Remove Deskside from #${place.name}`, become("remove")] : [`Add Deskside to #${place.name}`, become("add")],
      ];
    },
    composer: (place) => ({
      placeholder: place.archived ? `#${place.name} is archived: nobody can write here` : place.direct ? "Message Deskside" : `Message #${place.name}`,
      closed: place.archived,
      mention: "",
      slash: true,
      hint: ["Type ", h("kbd", {}, "/"), " for commands · ", h("kbd", {}, "Tab"), " completes · ", h("kbd", {}, "Enter"), " sends"],
    }),
    isCard: (message) => message.blocks.some((block) => block.type === "header"),
    says: (message) => unescaped(message.text),
    body: (message, screen) => body(message, drawing(screen, "press", { place: message.place, id: message.id })),
    // The app's own conversation has a Home beside the messages.
    home: {
      has: (place) => place.direct,
      open: () => send("home"),
      body: (view, screen) => blocks(view.blocks, drawing(screen, "home/press")),
    },
    say: (place, text) => send("say", { place, text }),
    form: { submit: (values) => send("submit", { values }), dismiss: () => send("dismiss") },
  };
}
