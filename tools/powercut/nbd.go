package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
)

// The network block device protocol, as far as QEMU's client needs it: fixed
// newstyle negotiation with one export, and simple replies. See
// https://github.com/NetworkBlockDevice/nbd/blob/master/doc/proto.md
const (
	nbdMagic        = 0x4e42444d41474943 // "NBDMAGIC"
	nbdOptionMagic  = 0x49484156454f5054 // "IHAVEOPT"
	nbdReplyMagic   = 0x3e889045565a9
	nbdRequestMagic = 0x25609513
	nbdSimpleMagic  = 0x67446698

	handshakeFixed    = 1 << 0
	handshakeNoZeroes = 1 << 1

	optionExport = 1
	optionAbort  = 2
	optionInfo   = 6
	optionGo     = 7

	replyAck         = 1
	replyInfo        = 3
	replyUnsupported = 1<<31 + 1

	infoExport = 0

	hasFlags  = 1 << 0
	sendFlush = 1 << 2
	sendFUA   = 1 << 3

	commandRead       = 0
	commandWrite      = 1
	commandDisconnect = 2
	commandFlush      = 3
	flagFUA           = 1 << 0

	errorIO      = 5
	errorInvalid = 22

	maxRequest = 64 << 20
)

// serveDisk answers one client until it leaves or the power is cut.
func serveDisk(conn net.Conn, d *disk) error {
	defer conn.Close()
	c := nbdConn{conn, d}
	if err := c.negotiate(); err != nil {
		return fmt.Errorf("negotiating: %w", err)
	}
	for {
		err := c.command()
		gone := errors.Is(err, io.EOF) || errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET)
		if gone || errors.Is(err, errOff) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

type nbdConn struct {
	net.Conn
	disk *disk
}

// send writes fixed-size values, big end first.
func (c nbdConn) send(values ...any) error {
	for _, v := range values {
		if err := binary.Write(c, binary.BigEndian, v); err != nil {
			return err
		}
	}
	return nil
}

// receive reads fixed-size values, big end first.
func (c nbdConn) receive(values ...any) error {
	for _, v := range values {
		if err := binary.Read(c, binary.BigEndian, v); err != nil {
			return err
		}
	}
	return nil
}

// negotiate talks until the client has chosen the export.
func (c nbdConn) negotiate() error {
	if err := c.send(uint64(nbdMagic), uint64(nbdOptionMagic), uint16(handshakeFixed|handshakeNoZeroes)); err != nil {
		return err
	}
	var clientFlags uint32
	if err := c.receive(&clientFlags); err != nil {
		return err
	}
	for {
		var magic uint64
		var option, length uint32
		if err := c.receive(&magic, &option, &length); err != nil {
			return err
		}
		if magic != nbdOptionMagic || length > 4096 {
			return fmt.Errorf("the client's option is none")
		}
		if _, err := io.CopyN(io.Discard, c, int64(length)); err != nil {
			return err
		}
		chosen, err := c.option(option, clientFlags&handshakeNoZeroes != 0)
		if chosen || err != nil {
			return err
		}
	}
}

// option answers one option, and reports whether it chose the export.
func (c nbdConn) option(option uint32, noZeroes bool) (chosen bool, err error) {
	size, flags := uint64(len(c.disk.media)), uint16(hasFlags|sendFlush|sendFUA)
	reply := func(kind uint32, values ...any) error {
		length := 0
		for _, v := range values {
			length += binary.Size(v)
		}
		return c.send(append([]any{uint64(nbdReplyMagic), option, kind, uint32(length)}, values...)...)
	}
	switch option {
	case optionExport:
		if err := c.send(size, flags); err != nil || noZeroes {
			return true, err
		}
		return true, c.send([124]byte{})
	case optionInfo, optionGo:
		if err := reply(replyInfo, uint16(infoExport), size, flags); err != nil {
			return false, err
		}
		return option == optionGo, reply(replyAck)
	case optionAbort:
		return false, errors.Join(reply(replyAck), io.EOF)
	}
	return false, reply(replyUnsupported)
}

// command answers one command. A power cut leaves it without an answer.
func (c nbdConn) command() error {
	var magic, length uint32
	var flags, kind uint16
	var handle, offset uint64
	if err := c.receive(&magic, &flags, &kind, &handle, &offset, &length); err != nil {
		return err
	}
	if magic != nbdRequestMagic || length > maxRequest {
		return fmt.Errorf("the client's request is none")
	}
	var data, answer []byte
	if kind == commandWrite {
		data = make([]byte, length)
		if _, err := io.ReadFull(c, data); err != nil {
			return err
		}
	}
	var err error
	code := uint32(errorIO)
	switch kind {
	case commandRead:
		answer = make([]byte, length)
		err = c.disk.read(answer, int64(offset))
	case commandWrite:
		err = c.disk.write(data, int64(offset), flags&flagFUA != 0)
	case commandFlush:
		err = c.disk.flush()
	case commandDisconnect:
		return io.EOF
	default:
		err, code = fmt.Errorf("command %d", kind), errorInvalid
	}
	if errors.Is(err, errOff) {
		return err
	}
	if err != nil {
		return c.send(uint32(nbdSimpleMagic), code, handle)
	}
	if err := c.send(uint32(nbdSimpleMagic), uint32(0), handle); err != nil {
		return err
	}
	if len(answer) > 0 {
		_, err = c.Write(answer)
	}
	return err
}
