// Light or dark: as the device prefers, or as the person chose on it.

export const themes = ["auto", "light", "dark"] as const;
export type Theme = (typeof themes)[number];

const shelfKey = "liqa/theme";

class Appearance {
  theme = $state<Theme>("auto");

  /** Takes up the choice made on this device before. */
  begin(): void {
    const kept = localStorage.getItem(shelfKey);
    this.set(kept === "light" || kept === "dark" ? kept : "auto");
  }

  set(theme: Theme): void {
    this.theme = theme;
    if (theme === "auto") {
      localStorage.removeItem(shelfKey);
      delete document.documentElement.dataset["theme"];
    } else {
      localStorage.setItem(shelfKey, theme);
      document.documentElement.dataset["theme"] = theme;
    }
  }
}

export const appearance = new Appearance();
