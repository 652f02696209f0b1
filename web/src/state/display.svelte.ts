// A meeting room's display: full screen with nothing to press. It goes in by
// itself, and comes back by itself, for hours. The choice is the device's.

const shelfKey = "liqa/display";

class Display {
  on = $state(false);

  /** Takes up the choice made on this device before. */
  begin(): void {
    this.on = localStorage.getItem(shelfKey) === "yes";
  }

  /** Turns the device into a display, or back; called from a press, which full screen needs. */
  set(on: boolean): void {
    this.on = on;
    if (on) localStorage.setItem(shelfKey, "yes");
    else localStorage.removeItem(shelfKey);
    void fullScreen(on);
  }
}

/** Full screen as far as the browser lets: it wants a press, which a display that comes back by itself has not. */
export async function fullScreen(on: boolean): Promise<void> {
  try {
    if (on && !document.fullscreenElement) await document.documentElement.requestFullscreen();
    else if (!on && document.fullscreenElement) await document.exitFullscreen();
  } catch {
    // The browser's own kiosk mode, or the next press, does it.
  }
}

export const display = new Display();
