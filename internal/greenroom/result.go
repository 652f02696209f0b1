package greenroom

import "time"

// Colour of a result, and of each remark.
type Colour string

const (
	Green Colour = "green"
	Amber Colour = "amber" // it will work, not well
	Red   Colour = "red"   // something will not work
)

// Code names a sentence of the catalogues, "line.says." and the code.
type Code string

const (
	Good Code = "good"

	NoMedia        Code = "no-media"         // neither UDP nor TCP reaches the media port
	NoMicrophone   Code = "no-microphone"    // of who is here to speak
	SoundTooSlow   Code = "sound-too-slow"   // not even sound fits up
	HearingTooSlow Code = "hearing-too-slow" // not even sound fits down
	HeavyLoss      Code = "heavy-loss"       // more than repetition and redundancy mend
	Telephone      Code = "telephone"        // a wireless headset that carries speech like a telephone
	Echo           Code = "echo"             // the loudspeaker comes back in the microphone
	ByTCP          Code = "by-tcp"           // UDP is blocked
	PictureTooSlow Code = "picture-too-slow" // sound fits up, a picture does not
	SeeingTooSlow  Code = "seeing-too-slow"  // sound fits down, pictures hardly
	NoH264         Code = "no-h264"          // the browser cannot show what most cameras send
	Loss           Code = "loss"
	Delay          Code = "delay"
	Unsteady       Code = "unsteady" // packets come in fits
	Noise          Code = "noise"    // of the room
	Faint          Code = "faint"    // the voice
	NoCamera       Code = "no-camera"
	Unmeasured     Code = "unmeasured" // the test was ended before it could say
)

// Reach says whether the media port answered over a transport.
type Reach string

const (
	Untried Reach = ""
	Reached Reach = "reached"
	Blocked Reach = "blocked"
)

// Came says whether a sound that was played came back.
type Came string

const (
	NotPlayed Came = ""
	Nothing   Came = "nothing"
	Back      Came = "back"
)

// Findings are what the seat's browser says of itself and its devices. They
// are its word, and are kept as such.
type Findings struct {
	UDP     Reach    `json:"udp,omitempty"`
	TCP     Reach    `json:"tcp,omitempty"`
	Browser string   `json:"browser,omitempty"` // "Chrome 140, Windows"
	Lacks   []string `json:"lacks,omitempty"`   // of the browser: "h264", "h264-shown", "red", "speaker-choice", "keep-awake"

	// Devices by the names that they give themselves; "" is none.
	Microphone  string `json:"microphone,omitempty"`
	Camera      string `json:"camera,omitempty"`
	Loudspeaker string `json:"loudspeaker,omitempty"`
	Telephone   bool   `json:"telephone,omitempty"` // a headset's narrow band
	Headset     bool   `json:"headset,omitempty"`

	Level float64 `json:"level,omitempty"` // of the voice, dBFS; 0 is not measured
	Noise float64 `json:"noise,omitempty"` // between the words, dBFS; 0 is not measured
	Echo  Came    `json:"echo,omitempty"`
}

// Measured is what the server has measured of the path. Rates are bit/s on the
// wire without IP and UDP headers; 0 is not measured.
type Measured struct {
	Transport string        `json:"transport,omitempty"` // "udp" or "tcp"
	Up        int           `json:"up,omitempty"`
	Down      int           `json:"down,omitempty"`     // at least: the test goes no higher
	LostUp    float64       `json:"lostUp,omitempty"`   // 0 to 1
	LostDown  float64       `json:"lostDown,omitempty"` // 0 to 1
	Sent      int           `json:"sent,omitempty"`     // packets that LostDown was counted of
	Came      int           `json:"came,omitempty"`     // packets that LostUp was counted of
	RoundTrip time.Duration `json:"roundTrip,omitempty"`
	Jitter    time.Duration `json:"jitter,omitempty"`
	Lasted    time.Duration `json:"lasted,omitempty"`
	Over      bool          `json:"over,omitempty"` // nothing more will come
}

// Remark is one thing to be said, with what its sentence needs.
type Remark struct {
	Code   Code   `json:"code"`
	Colour Colour `json:"colour"`
}

// Result of a seat's last test.
type Result struct {
	At      time.Time `json:"at"`
	Colour  Colour    `json:"colour"`
	Says    Code      `json:"says"`              // the worst remark's sentence, or Good
	Remarks []Remark  `json:"remarks,omitempty"` // the worst first
	Findings
	Measured Measured `json:"measured"`
}
