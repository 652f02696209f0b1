package server

import (
	"net/http"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"liqa/internal/peer"
	"liqa/internal/secretariat"
	"liqa/internal/summit"
	"liqa/internal/switchboard"
	"liqa/internal/wall"
	"liqa/internal/web"
)

// figures is what the metrics are taken from, at the moment they are asked for:
// nothing is counted on the packet path for them.
type figures struct {
	board *switchboard.Board
	peers *peer.Gate
	walls *walls
	site  func() web.Figures
	acts  acts
}

// acts counts what people ask for, as it is answered.
type acts struct{ *prometheus.HistogramVec }

func newActs() acts {
	return acts{prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "liqa_act_seconds", Help: "How long acts took to be answered, the journal's disk included.",
		Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
	}, []string{"outcome"})}
}

// passed counts an act that has been answered.
func (a acts) passed(p secretariat.Passage) {
	outcome := "done"
	switch p.Refused {
	case "":
	case "error", "journal-behind", "cut-unrecorded":
		outcome = "failed"
	default:
		outcome = "refused"
	}
	a.WithLabelValues(outcome).Observe(p.Answered.Sub(p.Asked).Seconds())
}

var (
	described = func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("liqa_"+name, help, labels, nil)
	}
	summits       = described("summits", "Summits, by phase.", "phase")
	screens       = described("screens", "Live connections of seats.")
	present       = described("seats_present", "Seats that are present, by role.", "role")
	connections   = described("media_connections", "Media connections, by direction as seen from the server.", "direction")
	overTCP       = described("media_connections_tcp", "Media connections that go over TCP.")
	packets       = described("media_packets_total", "Packets of sound and picture, by direction.", "direction")
	loss          = described("media_loss_ratio", "Packets lost on the ways of the connections, 0 to 1.", "direction", "quantile")
	roundTrip     = described("media_round_trip_seconds", "Round trips of the connections.", "quantile")
	sources       = described("sources", "Sources at the switchboard, by kind.", "kind")
	missing       = described("source_packets_missing", "Packets of the sources that are connected now which never came.")
	dropped       = described("receiver_packets_dropped", "Packets that found the queue of a receiver full which is connected now.")
	repeats       = described("retransmissions", "Packets that receivers connected now have asked for again, by outcome.", "outcome")
	slotsReduced  = described("slots_reduced", "Slots with a smaller picture than they have use for, by reason.", "reason")
	voicesSmall   = described("sound_small", "Voices that are made smaller now, for listeners on narrow lines.")
	voicesDropped = described("sound_small_dropped_total", "Packets that were not made smaller because the server was too slow.")
	alarms        = described("alarms", "Alarms that stand on the technicians' walls, by code.", "code")
	written       = described("recorder_written_bytes_total", "Bytes of recording written since the start.")
	unrecorded    = described("recorder_tracks_failing", "Tracks that cannot be recorded now.")
	diskRoom      = described("disk_free_bytes", "Room on the disk of the recordings.")
	diskTotal     = described("disk_size_bytes", "Size of the disk of the recordings.")
	journalBehind = described("journal_behind", "Summits whose journal cannot be written now.")
	strainRatio   = described("strain_ratio", "Used of what the process may use, 0 to 1, by what.", "what")
	strainLag     = described("strain_lag_seconds", "By how much the process comes late when it wants to run.")
	strainNear    = described("strain_near", "1 while the server is near its limit.")
	strainUnsent  = described("strain_unsent", "Datagrams a second that the system had no room to send.")
	strainFull    = described("strain_full", "1 while the server is at its limit and refuses more of the press and the public.")
	turnedAway    = described("refused_total", "Calls for media that were refused because the server was full, by whose they were.", "who")
)

func (f *figures) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{summits, screens, present, connections, overTCP, packets, loss, roundTrip, sources, missing, dropped,
		repeats, slotsReduced, voicesSmall, voicesDropped, alarms, written, unrecorded, diskRoom, diskTotal, journalBehind, strainRatio, strainLag, strainNear,
		strainUnsent, strainFull, turnedAway} {
		to <- d
	}
	f.acts.Describe(to)
}

// teller gives metrics their values.
type teller chan<- prometheus.Metric

func (to teller) gauge(d *prometheus.Desc, v float64, labels ...string) {
	to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
}

func (to teller) counter(d *prometheus.Desc, v float64, labels ...string) {
	to <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, v, labels...)
}

func (f *figures) Collect(to chan<- prometheus.Metric) {
	t := teller(to)
	f.meetings(t)
	f.media(t)
	f.switching(t)
	f.keeping(t)
	f.acts.Collect(to)
}

// meetings are the summits and who is there.
func (f *figures) meetings(t teller) {
	phases := map[summit.Phase]int{summit.Announced: 0, summit.InProgress: 0, summit.Ended: 0}
	roles := map[summit.Role]int{}
	behind := 0
	for _, id := range f.walls.summits.Summits() {
		u, err := f.walls.summits.Now(id)
		if err != nil {
			continue
		}
		phases[u.State.Phase]++
		if behindOf(u) {
			behind++
		}
		for _, s := range u.State.Seats {
			if s.Admitted && s.Presence == summit.Present && u.State.Phase != summit.Ended {
				roles[s.Role]++
			}
		}
	}
	for phase, n := range phases {
		t.gauge(summits, float64(n), string(phase))
	}
	for _, role := range []summit.Role{summit.Principal, summit.Delegate, summit.NoteTaker, summit.Interpreter, summit.Officer,
		summit.Technician, summit.Reporter, summit.PressOfficer} {
		t.gauge(present, float64(roles[role]), string(role))
	}
	t.gauge(journalBehind, float64(behind))
	t.gauge(screens, float64(f.site().Screens))
}

// media are the connections.
func (f *figures) media(t teller) {
	all := f.peers.Survey()
	tcp, trips := 0, []float64{}
	lost := map[string][]float64{"in": nil, "out": nil}
	for _, c := range all {
		way := "out"
		if c.Publishes {
			way = "in"
		}
		lost[way] = append(lost[way], c.Lost)
		if c.RoundTrip > 0 {
			trips = append(trips, c.RoundTrip.Seconds())
		}
		if c.Transport == "tcp" {
			tcp++
		}
	}
	for way, values := range lost {
		t.gauge(connections, float64(len(values)), way)
		t.quantiles(loss, values, way)
	}
	t.quantiles(roundTrip, trips)
	t.gauge(overTCP, float64(tcp))
	in, out := f.walls.traffic(all)
	t.counter(packets, float64(in), "in")
	t.counter(packets, float64(out), "out")
}

// quantiles are the middle, nine of ten, and the worst of some values; nothing
// of none.
func (t teller) quantiles(d *prometheus.Desc, values []float64, labels ...string) {
	if len(values) == 0 {
		return
	}
	slices.Sort(values)
	for _, q := range []struct {
		name string
		at   int
	}{{"0.5", len(values) / 2}, {"0.9", len(values) * 9 / 10}, {"1", len(values) - 1}} {
		t.gauge(d, values[min(q.at, len(values)-1)], append(slices.Clone(labels), q.name)...)
	}
}

// switching is what the switchboard has.
func (f *figures) switching(t teller) {
	survey := f.board.Survey()
	kinds := map[switchboard.Kind]int{switchboard.Audio: 0, switchboard.Video: 0}
	reduced := map[switchboard.Reduced]int{switchboard.ByLine: 0, switchboard.ByHand: 0, switchboard.ByCodec: 0}
	var lost, drops, answered, refused, repeated uint64
	for _, s := range survey.Sources {
		kinds[s.Kind]++
		lost += s.Missing
	}
	for _, r := range survey.Receivers {
		drops += r.Dropped
		for _, s := range r.Slots {
			answered, refused, repeated = answered+s.NacksAnswered, refused+s.NacksRefused, repeated+s.NacksRepeated
			if s.Reduced != switchboard.NotReduced {
				reduced[s.Reduced]++
			}
		}
	}
	for kind, n := range kinds {
		t.gauge(sources, float64(n), kind.String())
	}
	for why, n := range reduced {
		t.gauge(slotsReduced, float64(n), string(why))
	}
	t.gauge(missing, float64(lost))
	t.gauge(dropped, float64(drops))
	t.gauge(voicesSmall, float64(survey.Reducers))
	t.counter(voicesDropped, float64(survey.SmallDropped))
	t.gauge(repeats, float64(answered), "sent")
	t.gauge(repeats, float64(refused), "refused")
	t.gauge(repeats, float64(repeated), "too-soon")
}

// keeping is the recording, the disk, the alarms, and the machine.
func (f *figures) keeping(t teller) {
	standing := f.walls.alarms()
	for _, code := range wall.Codes {
		t.gauge(alarms, float64(standing[code]), string(code))
	}
	t.counter(written, float64(f.walls.records.store.total()))
	t.gauge(unrecorded, float64(f.walls.records.failing()))
	if disk := f.walls.disk(); disk.Size > 0 {
		t.gauge(diskRoom, float64(disk.Free))
		t.gauge(diskTotal, float64(disk.Size))
	}
	now := f.walls.strain()
	t.gauge(strainRatio, now.CPU, "cpu")
	t.gauge(strainRatio, now.Memory, "memory")
	t.gauge(strainRatio, now.Descriptors, "descriptors")
	t.gauge(strainLag, now.Lag.Seconds())
	t.gauge(strainUnsent, now.Unsent)
	t.gauge(strainNear, oneIf(now.Near))
	t.gauge(strainFull, oneIf(now.Full))
	site := f.site()
	t.counter(turnedAway, float64(site.RefusedPress), "press")
	t.counter(turnedAway, float64(site.RefusedPublic), "public")
}

func oneIf(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

// handler answers in Prometheus's text form. No label names a summit or a
// seat: metrics go to systems that may know neither, and their number must not
// grow with that of the guests.
func (f *figures) handler() http.Handler {
	r := prometheus.NewRegistry()
	r.MustRegister(f, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return promhttp.HandlerFor(r, promhttp.HandlerOpts{Timeout: 10 * time.Second})
}
