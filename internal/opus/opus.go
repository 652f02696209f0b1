// Package opus decodes and encodes Opus (RFC 6716): a voice in mono at 48 kHz
// that comes at whatever rate, and goes out at a small one.
//
// It is the reference implementation, libopus 1.5.2, as WebAssembly in the
// program itself, which wazero translates to machine code when the first
// [Codec] is made; wasm/build.sh builds it. It has a memory of its own and no
// import, so that a packet from outside that finds a fault in it can reach
// nothing else. It does no resampling, no music and no stereo: of a packet in
// stereo it gives the mean of both sides.
package opus

import (
	"context"
	_ "embed"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"sync"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

const (
	// Rate is how many samples a second has.
	Rate = 48000
	// MostSamples is the longest packet: 120 ms (RFC 6716 §3.4).
	MostSamples = 5760
	// MostBytes is the longest packet that is taken and made.
	MostBytes = 1500
)

// Speech is how a [Codec] encodes.
type Speech struct {
	BitRate    int // bit/s of payload, the mean; 6,000 to 64,000
	Complexity int // 0, which costs least, to 10
}

//go:embed wasm/libopus.wasm
var binaryOfLibopus []byte

// module is libopus as machine code, made once and kept: it takes a quarter of a
// second of one core and a few megabytes, and nothing until it is wanted.
type module struct {
	runtime  wazero.Runtime
	compiled wazero.CompiledModule
}

var compiled = sync.OnceValues(func() (module, error) {
	ctx := context.Background()
	r := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfig().WithDebugInfoEnabled(false))
	c, err := r.CompileModule(ctx, binaryOfLibopus)
	if err != nil {
		return module{}, fmt.Errorf("translate libopus for this machine: %w", err)
	}
	return module{r, c}, nil
})

// Codec is one voice's decoder and encoder. It is for one goroutine at a time,
// takes half a megabyte, and nothing is allocated after it has been made.
type Codec struct {
	instance api.Module
	memory   api.Memory
	samples  uint32 // where they are in the memory
	packet   uint32
	stack    [4]uint64 // of arguments and results
	decode   api.Function
	encode   api.Function
	expect   api.Function

	lookahead int
}

// New makes a codec. The first one takes longer.
func New(s Speech) (*Codec, error) {
	m, err := compiled()
	if err != nil {
		return nil, err
	}
	in, err := m.runtime.InstantiateModule(context.Background(), m.compiled, wazero.NewModuleConfig().WithName(""))
	if err != nil {
		return nil, fmt.Errorf("make room for a voice: %w", err)
	}
	c := &Codec{
		instance: in, memory: in.Memory(),
		decode: in.ExportedFunction("decode"), encode: in.ExportedFunction("encode"), expect: in.ExportedFunction("expect"),
	}
	if err := c.open(s); err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

func (c *Codec) open(s Speech) error {
	at, err := c.call(c.instance.ExportedFunction("samples_at"))
	if err != nil {
		return err
	}
	c.samples = uint32(at)
	if at, err = c.call(c.instance.ExportedFunction("packet_at")); err != nil {
		return err
	}
	c.packet = uint32(at)
	if _, err := c.call(c.instance.ExportedFunction("decoder_open")); err != nil {
		return err
	}
	if _, err := c.call(c.instance.ExportedFunction("encoder_open"), s.BitRate, s.Complexity); err != nil {
		return err
	}
	c.lookahead, err = c.call(c.instance.ExportedFunction("lookahead"))
	return err
}

// Close gives back what the codec takes.
func (c *Codec) Close() { _ = c.instance.Close(context.Background()) }

// Lookahead is by how many samples what is decoded of the packets is later than
// what was encoded.
func (c *Codec) Lookahead() int { return c.lookahead }

var errLong = errors.New("the packet is longer than any that Opus has")

// Decode decodes a packet into pcm, which has place for [MostSamples], and says
// how many samples it had. A packet that is none is an error, after which the
// next may come as if nothing had.
func (c *Codec) Decode(packet []byte, pcm []float32) (n int, err error) {
	if len(packet) > MostBytes {
		return 0, errLong
	}
	if len(packet) == 0 {
		return 0, fault(-4)
	}
	if !c.memory.Write(c.packet, packet) {
		return 0, errMemory
	}
	if n, err = c.call(c.decode, len(packet), min(len(pcm), MostSamples), 0); err != nil {
		return 0, err
	}
	return n, c.take(pcm[:n])
}

// Conceal makes up as much sound as pcm has place for, in place of what is lost:
// whole multiples of 2.5 ms, 120 samples.
func (c *Codec) Conceal(pcm []float32) error {
	n, err := c.call(c.decode, 0, len(pcm), 0)
	if err != nil {
		return err
	}
	return c.take(pcm[:n])
}

// Encode encodes pcm, of 10, 20, 40 or 60 ms, into packet, and says how many
// bytes that has. It makes none longer than the packet.
func (c *Codec) Encode(pcm []float32, packet []byte) (n int, err error) {
	b, ok := c.memory.Read(c.samples, uint32(4*len(pcm)))
	if !ok || len(pcm) > MostSamples {
		return 0, errMemory
	}
	for i, v := range pcm {
		binary.LittleEndian.PutUint32(b[4*i:], math.Float32bits(v))
	}
	if n, err = c.call(c.encode, len(pcm), min(len(packet), MostBytes)); err != nil {
		return 0, err
	}
	b, ok = c.memory.Read(c.packet, uint32(n))
	if !ok {
		return 0, errMemory
	}
	return copy(packet, b), nil
}

// ExpectLoss says what share of packets is lost on the way, in percent. From 1
// on each packet has a small copy of the one before it in it (in-band FEC).
func (c *Codec) ExpectLoss(percent int) error {
	_, err := c.call(c.expect, min(max(percent, 0), 100))
	return err
}

var errMemory = errors.New("libopus has no such memory; the program is at fault")

// take copies decoded samples out.
func (c *Codec) take(pcm []float32) error {
	b, ok := c.memory.Read(c.samples, uint32(4*len(pcm)))
	if !ok {
		return errMemory
	}
	for i := range pcm {
		pcm[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
	}
	return nil
}

// call calls a function of numbers that gives one, below 0 for an error.
func (c *Codec) call(f api.Function, arguments ...int) (int, error) {
	for i, a := range arguments {
		c.stack[i] = api.EncodeI32(int32(a))
	}
	if err := f.CallWithStack(context.Background(), c.stack[:]); err != nil {
		return 0, fmt.Errorf("libopus stopped: %w", err)
	}
	if n := api.DecodeI32(c.stack[0]); n >= 0 {
		return int(n), nil
	} else {
		return 0, fault(n)
	}
}

// fault is one of libopus' own.
type fault int

func (f fault) Error() string {
	switch f {
	case -1:
		return "libopus was asked for something it cannot do"
	case -2:
		return "the sound is longer than the place for it"
	case -4:
		return "the packet is no Opus packet"
	}
	return fmt.Sprintf("libopus failed with %d", int(f))
}
