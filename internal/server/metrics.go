package server

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"liqa/internal/peer"
	"liqa/internal/switchboard"
	"liqa/internal/web"
)

// figures is what the metrics are taken from, at the moment they are asked for:
// nothing is counted on the packet path for them.
type figures struct {
	board *switchboard.Board
	peers *peer.Gate
	site  func() web.Figures
}

var (
	described = func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("liqa_"+name, help, labels, nil)
	}
	screens     = described("screens", "Live connections of seats.")
	connections = described("media_connections", "Media connections, by direction.", "direction")
	sources     = described("sources", "Sources at the switchboard, by kind.", "kind")
	packetsIn   = described("source_packets", "Packets taken from the sources that are connected now.")
	packetsLost = described("source_packets_missing", "Packets of those that never came.")
	packetsOut  = described("slot_packets", "Packets sent to the receivers that are connected now.")
	dropped     = described("receiver_packets_dropped", "Packets of those that found a queue full.")
)

func (f *figures) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{screens, connections, sources, packetsIn, packetsLost, packetsOut, dropped} {
		to <- d
	}
}

func (f *figures) Collect(to chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	survey := f.board.Survey()
	kinds := map[switchboard.Kind]int{switchboard.Audio: 0, switchboard.Video: 0}
	var in, lost, out, drops uint64
	for _, s := range survey.Sources {
		kinds[s.Kind]++
		in += s.Packets
		lost += s.Missing
	}
	for _, r := range survey.Receivers {
		drops += r.Dropped
		for _, s := range r.Slots {
			out += s.Packets
		}
	}
	publishing := 0
	all := f.peers.Survey()
	for _, c := range all {
		if c.Publishes {
			publishing++
		}
	}
	gauge(screens, float64(f.site().Screens))
	gauge(connections, float64(publishing), "in")
	gauge(connections, float64(len(all)-publishing), "out")
	for kind, n := range kinds {
		gauge(sources, float64(n), kind.String())
	}
	gauge(packetsIn, float64(in))
	gauge(packetsLost, float64(lost))
	gauge(packetsOut, float64(out))
	gauge(dropped, float64(drops))
}

// handler answers in Prometheus's text form. No label names a summit or a
// seat: metrics go to systems that may know neither.
func (f *figures) handler() http.Handler {
	r := prometheus.NewRegistry()
	r.MustRegister(f, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return promhttp.HandlerFor(r, promhttp.HandlerOpts{})
}
