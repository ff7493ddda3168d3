/** The browser's offer to install the page as an app, kept until the person asks for it. */
export type InstallOffer = {
  /** Shows the browser's dialog. Resolves when it is closed, whatever the answer. */
  readonly show: () => Promise<void>;
};

/** Chromium's event; other browsers install from their own menus and never send it. */
type BeforeInstallPrompt = Event & { readonly prompt: () => Promise<unknown> };

const isPrompt = (event: Event): event is BeforeInstallPrompt => "prompt" in event;

/** Tells `changed` whether there is an offer; lasts as long as the page. */
export const watchInstall = (
  target: EventTarget,
  changed: (available: boolean) => void,
): InstallOffer => {
  let offer: BeforeInstallPrompt | undefined;
  const withdraw = (): void => {
    offer = undefined;
    changed(false);
  };
  target.addEventListener("beforeinstallprompt", (event) => {
    if (!isPrompt(event)) return;
    // Else Chromium shows its own banner, at a moment of its choosing.
    event.preventDefault();
    offer = event;
    changed(true);
  });
  target.addEventListener("appinstalled", withdraw);
  return {
    show: async () => {
      const shown = offer;
      // The browser lets each offer be shown once.
      withdraw();
      await shown?.prompt();
    },
  };
};
