package recorder

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/bluenviron/gohlslib/v2/pkg/playlist"
)

// Media playlists (RFC 8216) are written here and not by gohlslib, whose Media
// knows one EXT-X-MAP a playlist: ours changes with the format of the picture.
// So they can also be added to while the take goes on.

// targetDuration of a playlist that grows, in seconds: longer than any segment
// of a camera that sends key frames when it is asked to.
const targetDuration = 6

const dateTime = "2006-01-02T15:04:05.000Z07:00"

func playlistHead(target int, kind playlist.MediaPlaylistType) string {
	return fmt.Sprintf("#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:%d\n#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:%s\n", target, kind)
}

// playlistEntry is the i-th segment's lines.
func (t *TrackRecord) playlistEntry(i int, started time.Time, length int64) string {
	s := t.Segments[i]
	var w strings.Builder
	if s.Discontinuity && i > 0 {
		w.WriteString("#EXT-X-DISCONTINUITY\n")
	}
	if i == 0 || t.Segments[i-1].Init != s.Init {
		fmt.Fprintf(&w, "#EXT-X-MAP:URI=%q\n", t.Inits[s.Init].File)
	}
	fmt.Fprintf(&w, "#EXT-X-PROGRAM-DATE-TIME:%s\n", t.instant(started, s.From).UTC().Format(dateTime))
	fmt.Fprintf(&w, "#EXTINF:%.5f,\n%s\n", float64(length)/float64(t.Rate), s.File)
	return w.String()
}

// playlistLength is how long the i-th segment lasts for a player: to where the
// next begins, unless that is too far away.
func (t *TrackRecord) playlistLength(i int) int64 {
	s := t.Segments[i]
	if i+1 < len(t.Segments) {
		if to := t.Segments[i+1].From; to > s.From && to-s.From-s.Length <= longestGap*t.Rate {
			return to - s.From
		}
	}
	return s.Length
}

// wholePlaylist is the playlist of a track that nothing is added to any more.
func (t *TrackRecord) wholePlaylist(started time.Time) []byte {
	target := 1.0
	for i := range t.Segments {
		target = max(target, math.Round(float64(t.playlistLength(i))/float64(t.Rate)))
	}
	var w strings.Builder
	w.WriteString(playlistHead(int(target), playlist.MediaPlaylistTypeVOD))
	for i := range t.Segments {
		w.WriteString(t.playlistEntry(i, started, t.playlistLength(i)))
	}
	w.WriteString("#EXT-X-ENDLIST\n")
	return []byte(w.String())
}

// peak is the highest bit rate of a segment, in bit/s.
func (t *TrackRecord) peak() int {
	most := 0.0
	for _, s := range t.Segments {
		if s.Length > t.Rate/10 {
			most = max(most, float64(8*s.Bytes)*float64(t.Rate)/float64(s.Length))
		}
	}
	return int(most)
}

// presumedRate is a picture's bit rate that is promised before it is known.
const presumedRate = 1_500_000

// masterPlaylist names the renditions of a program: its picture, and as its
// sound the original and the channel of each language. Without a picture every
// sound is a variant of its own. It is nil while there is nothing.
func masterPlaylist(tracks []*TrackRecord) ([]byte, error) {
	var picture *TrackRecord
	var sounds []*TrackRecord
	soundRate := 0
	for _, t := range tracks {
		switch {
		case len(t.Inits) == 0 || t.Role.ofSeat():
		case t.Role == Picture:
			picture = t
		default:
			sounds = append(sounds, t)
			soundRate = max(soundRate, t.peak(), 64_000)
		}
	}
	slices.SortFunc(sounds, func(a, b *TrackRecord) int { // the original first
		return cmp.Or(cmp.Compare(len(a.Language), len(b.Language)), cmp.Compare(a.Language, b.Language), cmp.Compare(a.Name, b.Name))
	})
	m := playlist.Multivariant{Version: 7}
	for _, t := range sounds {
		uri := t.Name + "/" + playlistFile
		if picture == nil {
			m.Variants = append(m.Variants, &playlist.MultivariantVariant{
				Bandwidth: soundRate, Codecs: []string{t.Inits[0].Codec}, URI: uri})
			continue
		}
		name := t.Language
		if t.Role == Original {
			name = "original"
		}
		m.Renditions = append(m.Renditions, &playlist.MultivariantRendition{
			Type: playlist.MultivariantRenditionTypeAudio, GroupID: "sound", Name: name, Language: t.Language,
			Autoselect: true, Default: t.Role == Original, URI: &uri})
	}
	if picture != nil {
		m.Variants = append(m.Variants, pictureVariant(picture, sounds, soundRate))
	}
	if len(m.Variants) == 0 {
		return nil, nil
	}
	return m.Marshal()
}

func pictureVariant(picture *TrackRecord, sounds []*TrackRecord, soundRate int) *playlist.MultivariantVariant {
	bandwidth := picture.peak()
	if len(picture.Segments) < 2 {
		bandwidth = max(bandwidth, presumedRate)
	}
	v := &playlist.MultivariantVariant{Bandwidth: bandwidth + soundRate, URI: picture.Name + "/" + playlistFile}
	width, height := 0, 0
	for _, i := range picture.Inits {
		if !slices.Contains(v.Codecs, i.Codec) {
			v.Codecs = append(v.Codecs, i.Codec)
		}
		width, height = max(width, i.Width), max(height, i.Height)
	}
	v.Resolution = fmt.Sprintf("%dx%d", width, height)
	if len(sounds) > 0 {
		v.Codecs = append(v.Codecs, sounds[0].Inits[0].Codec)
		v.Audio = "sound"
	}
	return v
}
