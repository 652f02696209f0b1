// The few signs of the screens, drawn on a grid of 24. Each stands beside a word.

export const icons = {
  "microphone": "M12 3a3 3 0 0 0-3 3v6a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3ZM5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3M8.5 21h7",
  "microphone-off": "M9 9v3a3 3 0 0 0 4.6 2.5M15 11V6a3 3 0 0 0-5.9-.8M5.5 11.5a6.5 6.5 0 0 0 10.2 5.3M18.5 11.5a6.4 6.4 0 0 1-.6 2.7M12 18v3M8.5 21h7M4 4l16 16",
  "hand": "M8 12V6a1.5 1.5 0 0 1 3 0v5V4.5a1.5 1.5 0 0 1 3 0V11V6a1.5 1.5 0 0 1 3 0v8.5a6.5 6.5 0 0 1-6.5 6.5c-2.6 0-4-1.2-5.2-3.1L3.6 14a1.5 1.5 0 0 1 2.5-1.6L8 14.6",
  "people": "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM2.5 20a6.5 6.5 0 0 1 13 0M16 4.4a3.5 3.5 0 0 1 0 6.2M18 14.5a6.5 6.5 0 0 1 3.5 5.5",
  "leave": "M14 4h5v16h-5M4 12h11M8 8l-4 4 4 4",
  "check": "M4.5 12.5 10 18 19.5 6.5",
  "cross": "M6 6l12 12M18 6 6 18",
  "warning": "M12 3.5 22 20.5H2L12 3.5ZM12 10v5M12 17.6v.2",
  "stop": "M8 2.5h8L21.5 8v8L16 21.5H8L2.5 16V8L8 2.5ZM12 7v6M12 16.2v.2",
  "note": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 11v5M12 7.7v.2",
  "copy": "M9 9h11v12H9zM15 9V3H4v12h5",
  "more": "M12 5.5v.1M12 12v.1M12 18.5v.1",
  "sound": "M4 9.5v5h3.5L12 19V5L7.5 9.5H4ZM15.5 9a4 4 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11",
  "camera": "M3 7h12v10H3zM15 11l6-3.5v9L15 13",
  "language": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM3.5 12h17M12 3c-5 5.5-5 12.500 0 18M12 3c5 5.500 5 12.500 0 18",
  "theme": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 3v18M12 7h6.500M12 11.500h8.500M12 16h7.500",
  "play": "M7 4.500v15l12.500-7.500L7 4.500Z",
  "pause": "M8 5v14M16 5v14",
  "up": "M5 15l7-7 7 7",
  "down": "M5 9l7 7 7-7",
  "plus": "M12 5v14M5 12h14",
  "minus": "M5 12h14",
  "back": "M12 5v14L4 12 12 5ZM21 5v14l-8-7 8-7Z",
  "forward": "M3 5v14l8-7L3 5ZM12 5v14l8-7-8-7Z",
  "screen": "M3 5h18v11H3zM8.500 20h7M12 16v4",
  "lock": "M6 11h12v9.500H6zM8.500 11V7.500a3.500 3.500 0 0 1 7 0V11",
} as const;

export type IconName = keyof typeof icons;
