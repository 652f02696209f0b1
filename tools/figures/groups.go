package main

const once = " -run '^$' -benchtime 1x -timeout 8m -bench "

// groups are all figures, in the order of measuring.
var groups = []group{
	{
		name: "idle", title: "An idle server", command: "bin/liqa serve, twice on one folder", run: idle,
		figures: []figure{
			{what: "start to first answer, new folder", shows: []value{{"%.0f ms", "first", "ms"}}, target: "1000 ms"},
			{what: "start to first answer, folder that was used", shows: []value{{"%.0f ms", "again", "ms"}}, target: "1000 ms"},
			{what: "resident memory after 10 s", shows: []value{{"%.0f MiB", "first", "MiB"}}, target: "80 MiB"},
		},
	},
	{
		name: "joining", title: "Joining and switching, at the whole server",
		command: "go test ./internal/server" + once + "'Joining|LanguageSwitch|RecordingReady'",
		figures: []figure{
			{what: "join, WHEP request to first packet, 100 joins/s", target: "p50 50 ms, p99 150 ms", shows: []value{
				{"p50 %.1f ms", "Joining", "ms-join-p50"}, {"p99 %.1f ms", "Joining", "ms-join-p99"}, {"%.0f joins", "Joining", "joins"}}},
			{what: "processor for a join, without the sound that follows", shows: []value{
				{"the server's %.1f ms", "Joining", "ms-cpu-server/join"}, {"the client's %.1f ms", "Joining", "ms-cpu-client/join"}}},
			{what: "language switch, act to first packet of the new channel", target: "40 ms", shows: []value{
				{"p50 %.1f ms", "LanguageSwitch", "ms-switch-p50"}, {"p99 %.1f ms", "LanguageSwitch", "ms-switch-p99"},
				{"of which to the act's answer %.1f ms", "LanguageSwitch", "ms-to-answer-p50"}}},
			{what: "recording ready after the end of the summit", target: "2000 ms", shows: []value{
				{"%.0f ms", "RecordingReady", "ms-recording-ready"}}},
		},
	},
	{
		name: "delay", title: "Delay and allocations on the packet's path",
		command: "go test ./internal/switchboard -run '^$' -timeout 8m -bench 'Delay|Forward'",
		figures: []figure{
			{what: "packet in to packet out, 100 receivers of 10 µs each", target: "p50 300 µs, p99 2000 µs", shows: []value{
				{"p50 %.0f µs", "Delay/rest", "µs-p50"}, {"p99 %.0f µs", "Delay/rest", "µs-p99"}}},
			{what: "– at half load of two processors", target: "p50 300 µs, p99 2000 µs", shows: []value{
				{"p50 %.0f µs", "Delay/half-load", "µs-p50"}, {"p99 %.0f µs", "Delay/half-load", "µs-p99"}}},
			{what: "allocations per packet to 300 receivers", target: "0", shows: []value{{"%.0f", "Forward/receivers=300", "allocs/op"}}},
			{what: "switching alone, per packet and receiver, 300 receivers", shows: []value{{"%.0f ns", "Forward/receivers=300", "cpu-ns/packet"}}},
		},
	},
	{
		name: "cost", title: "One Opus channel to many listeners, over real connections",
		command: "go test ./internal/peer" + once + "Listeners",
		figures: append(append(listeners("100"), listeners("300")...), listeners("600")...),
	},
	{
		name: "journal", title: "The journal, synced at every append",
		command: "go test ./internal/journal -run '^$' -timeout 8m -benchtime 2s -bench 'Floor|Append'",
		figures: []figure{
			{what: "one summit", beside: &ratio{"the time of %.1f writes of the floor", "p50-ms", "Append/summits=1", "Floor"}, shows: []value{
				{"%.0f appends/s", "Append/summits=1", "appends/s"}, {"p50 %.2f ms", "Append/summits=1", "p50-ms"}, {"p99 %.2f ms", "Append/summits=1", "p99-ms"}}},
			{what: "eight summits", beside: &ratio{"%.2f of the floor's number", "appends/s", "Append/summits=8", "Floor"}, shows: []value{
				{"%.0f appends/s", "Append/summits=8", "appends/s"}, {"p99 %.2f ms", "Append/summits=8", "p99-ms"}}},
			{what: "floor: the disk, one write of as many bytes and a sync", shows: []value{{"%.0f/s", "Floor", "appends/s"},
				{"p50 %.2f ms", "Floor", "p50-ms"}, {"p99 %.2f ms", "Floor", "p99-ms"}}},
		},
	},
	{
		name: "recorder", title: "Recording two pictures of 720p and four languages",
		command: "go test ./internal/recorder" + once + "Recording",
		figures: []figure{{what: "processor, of one core", target: "5 %", shows: []value{{"%.1f %%", "Recording", "%core"}}}},
	},
	{
		name: "press", title: "Closing to the press, at the whole server",
		command: "go test ./internal/server" + once + "ClearingThePress",
		figures: []figure{
			{what: "last packet at the listener's socket after the command", target: "50 ms", shows: []value{
				{"p50 %.1f ms", "ClearingThePress", "ms-last-packet-p50"}, {"p99 %.1f ms", "ClearingThePress", "ms-last-packet-p99"},
				{"last of all %.1f ms", "ClearingThePress", "ms-last-packet-max"}}},
			{what: "listeners, and packets they got before", shows: []value{{"%.0f", "ClearingThePress", "listeners"}, {"%.0f packets/s", "ClearingThePress", "packets/s"}}},
			{what: "the officer's answer", shows: []value{{"%.0f ms", "ClearingThePress", "ms-to-answer"}}},
		},
	},
	{
		name: "cut", title: "The parts of closing to a thousand",
		command: "go test ./internal/secretariat ./internal/switchboard -run '^$' -timeout 8m -benchtime 20x -bench 'ClosingToThePress|CutPress'",
		figures: []figure{
			{what: "command to the switchboard, the journal stalled", shows: []value{
				{"%.1f µs", "ClosingToThePress/press=1000", "µs/cut"}, {"at worst %.0f µs", "ClosingToThePress/press=1000", "µs/worst"}}},
			{what: "switchboard, until nothing more leaves", shows: []value{{"%.1f ms", "CutPress/output=10µs", "ms-to-last-packet"},
				{"at worst %.1f ms", "CutPress/output=10µs", "ms-to-last-packet-worst"}}},
			{what: "switchboard, until that is certain", shows: []value{{"%.1f ms", "CutPress/output=10µs", "ms-to-return"}}},
		},
	},
}

// listeners are the figures of so many.
func listeners(n string) []figure {
	b := "Listeners/" + n
	return []figure{
		{what: n + " listeners: processor per forwarded packet", target: "30 µs", floor: value{"floor %.1f µs", b, "µs-floor/packet"}, shows: []value{
			{"%.1f µs", b, "µs-cpu/packet"}, {"%.2f times the floor", b, "x-floor"}, {"%.0f packets per processor-second", b, "packets/cpu-s"}}},
		{what: n + " listeners: memory of each", target: "300 KiB", shows: []value{
			{"%.0f KiB in Go", b, "KiB-go/listener"}, {"%.0f KiB resident", b, "KiB-rss/listener"}}},
		{what: n + " listeners: sender's write to listener's read", shows: []value{
			{"p50 %.0f µs", b, "µs-delay-p50"}, {"p99 %.0f µs", b, "µs-delay-p99"}}},
	}
}
