package main

import (
	"encoding/xml"
	"errors"
	"io"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
)

// heard makes looks, one every 100 ms, of a stream whose sound was made up in
// the stretches between (from, to) seconds, and absent in connection changes.
func heard(seconds float64, made ...[2]float64) (all []look) {
	var samples, concealed, energy float64
	for i := range int(seconds * 10) {
		at := float64(i) / 10
		if i > 0 {
			samples += 4800
			energy++
			for _, m := range made {
				if at > m[0] && at <= m[1] {
					concealed += 4800
				}
			}
		}
		all = append(all, look{At: 1_000_000 + int64(i)*100, Received: []received{
			{Mid: soundMid, Kind: "audio", Samples: samples, Concealed: concealed, Energy: energy, Packets: samples / 960},
			{Mid: pictureMid, Kind: "video", Frames: samples / 3200, Bytes: samples / 48},
		}})
	}
	return all
}

var start = time.UnixMilli(1_000_000)

func TestQualityOfAStretch(t *testing.T) {
	q := judge(heard(10.1, [2]float64{2, 3}, [2]float64{5, 5.5}))
	if math.Abs(q.Concealed-0.15) > 0.001 || q.Freezes != 0 || math.Abs(q.Seconds-10) > 0.001 || math.Abs(q.Kilobits-8) > 0.01 {
		t.Errorf("a second and a half of ten made up: %+v", q)
	}
	looks := heard(10.1)
	for i := 60; i < len(looks); i++ { // the picture stands still from 6 s on, and never moves again
		looks[i].Received[1] = looks[59].Received[1]
	}
	if q := judge(looks); math.Abs(q.Frozen-0.41) > 0.01 || q.Freezes != 1 {
		t.Errorf("four seconds of ten still: %+v", q)
	}
	// A connection that is made anew counts from nothing; the time between is missing.
	looks = heard(10.1)
	before := looks[70].Received[0].Samples
	for i := 50; i < len(looks); i++ {
		if i <= 70 {
			looks[i].Received = nil
			continue
		}
		looks[i].Received[0].Connection = 1
		looks[i].Received[0].Samples -= before
	}
	if q := judge(looks); q.Anew != 1 || math.Abs(q.Concealed-0.21) > 0.01 {
		t.Errorf("two seconds without a connection: %+v", q)
	}
}

func TestSoundComesBack(t *testing.T) {
	looks := heard(20, [2]float64{2, 5.5}, [2]float64{7, 7.2})
	if took, ok := soundBack(looks, start.Add(4*time.Second)); !ok || took != 1600*time.Millisecond {
		t.Errorf("back after %v, %v", took, ok)
	}
	if s := silentUntil(looks, start.Add(time.Second)); math.Abs(s-4.6) > 0.01 {
		t.Errorf("silent until %v", s)
	}
	if g := gap(looks); math.Abs(g-3.5) > 0.01 {
		t.Errorf("the longest gap is %v s", g)
	}
	never := heard(20, [2]float64{2, 30})
	if _, ok := soundBack(never, start.Add(4*time.Second)); ok || silentUntil(never, start.Add(time.Second)) != -1 {
		t.Error("sound that never came back came back")
	}
	if s := silentUntil(heard(10), start.Add(2*time.Second)); s != 0 {
		t.Errorf("sound that never went was gone until %v", s)
	}
	if !steady(heard(10)) || steady(looks[:50]) {
		t.Error("steady sound is taken for another")
	}
}

func TestPictureComesBack(t *testing.T) {
	r := limited{From: 5, To: 10}
	for i, h := range []int{360, 360, 360, 360, 360, 0, 90, 90, 90, 90, 180, 0, 360, 360, 360} {
		r.Moments = append(r.Moments, moment{At: float64(i) + 0.5, Height: h})
	}
	if back := pictureBack(r); back != 2.5 {
		t.Errorf("back after %v s, not 2.5", back)
	}
	r.Moments = r.Moments[:13]
	if back := pictureBack(r); back != -1 {
		t.Errorf("one moment is not back: %v", back)
	}
}

func TestFiguresAreWellFormed(t *testing.T) {
	points := []point{{Loss: 0, Delay: 0}, {Loss: 10, Delay: 0, BackDown: -1}, {Loss: 0, Delay: 50}, {Loss: 10, Delay: 50}}
	run := limited{Kilobits: 300, From: 1, To: 2, Moments: []moment{{At: 0.5, Picture: 700, Height: 360, Moving: 1}, {At: 1, Estimate: 400}, {At: 2.5}}}
	for name, svg := range map[string][]byte{
		"sweep": sweepSheet(kept[[]point]{"before": {Result: points}, "now": {Result: points}}, order).SVG(),
		"limit": limitSheet(kept[limited]{"now": {Result: run}}, order[1:]).SVG(),
	} {
		d := xml.NewDecoder(strings.NewReader(string(svg)))
		for {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Errorf("%s: %v", name, err)
				break
			}
		}
		if strings.Contains(string(svg), "NaN") || strings.Contains(string(svg), "Inf") {
			t.Errorf("%s has a place that is none", name)
		}
	}
	if got := middleAndWorst([]float64{3, -1, 2}); got != "3.0 s, at worst **never**" {
		t.Error(got)
	}
}

func TestSomeResultsTakeThePlaceOfTheSameOnes(t *testing.T) {
	same := func(a, b point) bool { return a.Loss == b.Loss && a.Delay == b.Delay }
	before := []point{{Loss: 0}, {Loss: 5}, {Loss: 5, Delay: 300}}
	got := among(before, []point{{Loss: 5, Delay: 300, Load: 1}, {Loss: 10, Load: 2}}, same)
	want := []point{{Loss: 0}, {Loss: 5}, {Loss: 5, Delay: 300, Load: 1}, {Loss: 10, Load: 2}}
	if !slices.Equal(got, want) || before[2].Load != 0 {
		t.Errorf("got %v", got)
	}
}
